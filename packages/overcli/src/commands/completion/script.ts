import { STATES } from '@overc/protocol';
import { COMMON_OPTIONS, isSwitch } from '../../checks/arguments.ts';
import type { Check } from '../../checks/check.ts';
import type { Command } from '../../command.ts';
import { COMMON, OPTIONS } from '../../options.ts';

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
        ${WITH_VALUE.join(' | ')}) option=$item ;;
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
${valueCases(shells)}
    -*) return ;;
  esac
  if [[ -z $rest && $line == -* ]]; then
    case $command:$name in
${optionCases(commands, checks)}
    esac
    return
  fi
  case $command:$place:$name in
${operandCases(commands, checks, shells)}
  esac
}
`;
}

/** What completes the value of each option. */
function valueCases(shells: string[]): string {
  return joined(
    NAMES.map(({ forms, value }) => [forms.join(' | '), value && `${actionFor(value, shells)}; return`]),
  );
}

/** The options of each command, of each check, and all of them where no command stands yet. */
function optionCases(commands: Record<string, Command>, checks: Checks): string {
  return joined([
    [':', optionWords(Object.keys(OPTIONS))],
    ...Object.entries(commands).map(([name, { options = [] }]) => [
      `${name}:*`,
      optionWords([...options, ...COMMON]),
    ]),
    ...Object.entries(checks).map(([name, { options }]) => [
      `check:${name}`,
      optionWords(Object.keys({ ...options, ...COMMON_OPTIONS })),
    ]),
  ]);
}

/** What completes each operand; the first one is the command. */
function operandCases(commands: Record<string, Command>, checks: Checks, shells: string[]): string {
  return joined([
    [':*', words([...Object.keys(commands), 'check'])],
    ...Object.entries(commands).flatMap(([name, { operands }]) => [
      ...operands.map((operand, index) => [`${name}:${index + 1}:*`, actionFor(operand, shells)]),
      [`${name}:*`, operands.at(-1)?.endsWith('...') ? FILES : NOTHING],
    ]),
    ['check:1:', words(Object.keys(checks))],
    ...Object.entries(checks).map(([name, check]) => [
      `check:*:${name}`,
      takesFiles(check) ? FILES : NOTHING,
    ]),
  ]);
}

/** Lines of a case, without those that do nothing. */
function joined(cases: (string | undefined)[][]): string {
  const telling = cases.filter(([, action = NOTHING]) => !action.startsWith(NOTHING));
  return telling.map(([pattern, action]) => `    ${pattern}) ${action} ;;`).join('\n');
}

const NOTHING = ':';
const FILES = '_overcli_files -f';

/** The options as they may be written, and what stands for their values. */
const NAMES = Object.entries(OPTIONS).map(([name, option]) => ({
  forms: 'alias' in option ? [`-${option.alias}`, `--${name}`] : [`--${name}`],
  value: 'value' in option ? option.value : undefined,
}));
const WITH_VALUE = NAMES.filter(({ value }) => value !== undefined).flatMap(({ forms }) => forms);

/** What completes a value by the word that stands for it in the help; nothing where only its writer knows it. */
function actionFor(value: string, shells: string[]): string {
  const name = value.replace(/[[\]]|\.\.\./g, '');
  if (/^(FILE|DIR|FOLDER|PATH)$|\.ini$/.test(name)) return FILES;
  if (name === 'COMMAND') return '_overcli_files -c -f';
  if (name === 'STATE') return words(STATES);
  if (name === 'SEVERITY') return words(['info', 'warning', 'critical']);
  if (name === 'SHELL') return words(shells);
  return /^[a-z]+$/.test(name) ? words([name]) : NOTHING;
}

function words(list: readonly string[]): string {
  return `_overcli_words '${list.join(' ')}'`;
}

function optionWords(names: string[]): string {
  return words(names.map((name) => `--${name}`));
}

/** Whether its operands are files, as far as their names tell. */
function takesFiles({ options }: Check): boolean {
  return Object.values(options).some(
    (option) => !isSwitch(option) && option.operand === true && /FILE|PATH|DIR|GLOB|MOUNT/.test(option.value),
  );
}
