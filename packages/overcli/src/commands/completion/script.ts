import { STATES } from '@overc/protocol';
import { COMMON_OPTIONS, isSwitch } from '../../checks/arguments.ts';
import type { Check } from '../../checks/check.ts';
import type { Command } from '../../command.ts';
import { COMMON, OPTIONS, type OptionName } from '../../options.ts';

type Checks = Record<string, Check>;

/** A script for one of the shells. It needs no overcli to run. */
export function scriptFor(
  shell: 'bash' | 'zsh',
  commands: Record<string, Command>,
  checks: Checks,
  shells: string[],
): string {
  const script = bashScript(commands, checks, shells);
  if (shell === 'bash') return `${script}complete -F _overcli overcli\n`;
  // zsh comes with an understanding of such functions of bash. As a file of its $fpath it is first run for a completion.
  return `#compdef overcli
autoload -Uz bashcompinit && bashcompinit
${script}complete -F _overcli overcli
[[ $funcstack[1] == _overcli ]] && _bash_complete -F _overcli
`;
}

/**
 * The line is taken apart at its spaces, as bash's own words end at the colon of an address. What the shell replaces is its
 * own word, behind a =.
 */
function bashScript(commands: Record<string, Command>, checks: Checks, shells: string[]): string {
  const all = [...Object.keys(commands), 'check'];
  const operandsOf = ({ operands }: Command) => operands.map((operand) => actionFor(operand, shells));
  return `_overcli_words() {
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}
_overcli_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$@" -- "$word"))
}
_overcli() {
  local word=\${COMP_WORDS[COMP_CWORD]} line=\${COMP_LINE:0:$COMP_POINT} item option= command= name= rest= place=-1
  while [[ $line == *' '* ]]; do
    item=\${line%% *} line=\${line#* }
    if [[ -z $item ]]; then continue
    elif [[ -n $option ]]; then option=
    else
      case $item in
        --) rest=1 ;;
        ${NAMES.filter(({ type }) => type === 'string')
          .flatMap(({ forms }) => forms)
          .join(' | ')}) option=$item ;;
        -*) ;;
        *) [[ $place == 0 ]] && command=$item; [[ $place == 1 ]] && name=$item; ((place++)) ;;
      esac
    fi
  done
  COMPREPLY=()
  [[ $word == = ]] && word=
  [[ -z $option && -z $rest && $line == --*=* ]] && option=\${line%%=*}
  [[ $command == check ]] && option=
  case $option in
${NAMES.flatMap(({ forms, value }) => caseFor(forms, value === undefined ? undefined : actionFor(value, shells))).join('')}    -*) return ;;
  esac
  if [[ -z $rest && $line == -* ]]; then
    case $command in
      '') _overcli_words '${optionWords(Object.keys(OPTIONS) as OptionName[])}' ;;
${Object.entries(commands)
  .map(
    ([key, { options = [] }]) =>
      `      ${key}) _overcli_words '${optionWords([...options, ...COMMON])}' ;;\n`,
  )
  .join('')}      check)
        case $name in
${Object.entries(checks)
  .map(([key, check]) => `          ${key}) _overcli_words '${checkWords(check)}' ;;\n`)
  .join('')}        esac ;;
    esac
    return
  fi
  case $command:$place in
    :*) _overcli_words '${all.join(' ')}' ;;
${Object.entries(commands)
  .flatMap(([key, command]) =>
    operandsOf(command).flatMap((action, index) => caseFor([`${key}:${index + 1}`], action)),
  )
  .join('')}    check:1) _overcli_words '${Object.keys(checks).join(' ')}' ;;
    check:*)
      case $name in
        ${Object.entries(checks)
          .filter(([, check]) => takesFiles(check))
          .map(([key]) => key)
          .join(' | ')}) _overcli_files -f ;;
      esac ;;
${Object.entries(commands)
  .filter(([, command]) => command.operands.at(-1)?.endsWith('...'))
  .map(([key]) => `    ${key}:*) _overcli_files -f ;;\n`)
  .join('')}  esac
}
`;
}

/** The options as they may be written, and what stands for their values. */
const NAMES = Object.entries(OPTIONS).map(([name, option]) => ({
  forms: ['alias' in option ? `-${option.alias}` : undefined, `--${name}`].filter(
    (form) => form !== undefined,
  ),
  type: option.type,
  value: 'value' in option ? option.value : undefined,
}));

function caseFor(patterns: string[], action: string | undefined): string[] {
  return action === undefined ? [] : [`    ${patterns.join(' | ')}) ${action}; return ;;\n`];
}

/** What completes a value by the word that stands for it in the help; nothing where only its writer knows it. */
function actionFor(value: string, shells: string[]): string | undefined {
  const name = value.replace(/[[\]]|\.\.\./g, '');
  if (/^(FILE|DIR|FOLDER|PATH)$|\.ini$/.test(name)) return '_overcli_files -f';
  if (name === 'COMMAND') return '_overcli_files -c -f';
  if (name === 'STATE') return words(STATES);
  if (name === 'SEVERITY') return words(['info', 'warning', 'critical']);
  if (name === 'SHELL') return words(shells);
  return /^[a-z]+$/.test(name) ? words([name]) : undefined;
}

function words(list: readonly string[]): string {
  return `_overcli_words '${list.join(' ')}'`;
}

function optionWords(names: OptionName[]): string {
  return names.map((name) => `--${name}`).join(' ');
}

function checkWords({ options }: Check): string {
  return Object.keys({ ...options, ...COMMON_OPTIONS })
    .map((name) => `--${name}`)
    .join(' ');
}

/** Whether its operands are files, as far as their names tell. */
function takesFiles({ options }: Check): boolean {
  return Object.values(options).some(
    (option) => !isSwitch(option) && option.operand === true && /FILE|PATH|DIR|GLOB|MOUNT/.test(option.value),
  );
}
