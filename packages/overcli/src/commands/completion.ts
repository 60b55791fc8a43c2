import type { Command } from '../command.ts';
import { readOperand } from '../operands.ts';
import { OPTIONS } from '../options.ts';

/** The command that completes `commands`, of which it is one. */
export function completionOf(commands: () => string[]): Command {
  return {
    summary: 'Print a script that has the shell, bash or zsh, complete commands and options',
    operands: ['SHELL'],
    example: 'completion bash > /etc/bash_completion.d/overcli',

    async call({ operands: [shell = ''], surroundings }) {
      const script = readOperand('SHELL', readShell, shell, 'bash');
      const { checks } = await import('../checks/index.ts');
      surroundings.out(script(commands(), Object.keys(checks)));
    },
  };
}

type Script = (commands: string[], checks: string[]) => string;

const SCRIPTS: Record<string, Script> = {
  bash: bashScript,
  // zsh comes with an understanding of such functions of bash. As a file of its $fpath it is first run for a completion.
  zsh: (...words) => `#compdef overcli
autoload -Uz bashcompinit && bashcompinit
${bashScript(...words)}[[ $funcstack[1] == _overcli ]] && _bash_complete -o default -F _overcli
`,
};

function readShell(text: string): Script {
  const script = Object.hasOwn(SCRIPTS, text) ? SCRIPTS[text] : undefined;
  if (!script) throw new Error(`must be one of ${Object.keys(SCRIPTS).join(', ')}`);
  return script;
}

const WORDS = Object.keys(OPTIONS).map((name) => `--${name}`);
/** The options that a value follows, in both forms. */
const WITH_VALUE = Object.entries(OPTIONS)
  .filter(([, { type }]) => type === 'string')
  .flatMap(([name, option]) => ('alias' in option ? [`-${option.alias}`, `--${name}`] : [`--${name}`]));

/** Completes an option, then the command where none stands yet, and file names behind it. Needs no overcli to run. */
function bashScript(commands: string[], checks: string[]): string {
  return `_overcli() {
  local word=\${COMP_WORDS[COMP_CWORD]} place command=
  for ((place = 1; place < COMP_CWORD; place++)); do
    case \${COMP_WORDS[place]} in
      ${WITH_VALUE.join(' | ')}) ((place++)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[place]}; break ;;
    esac
  done
  COMPREPLY=()
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W '${WORDS.join(' ')}' -- "$word"))
  elif [[ -z $command ]]; then
    COMPREPLY=($(compgen -W '${commands.join(' ')}' -- "$word"))
  elif [[ $command == completion ]]; then
    COMPREPLY=($(compgen -W '${Object.keys(SCRIPTS).join(' ')}' -- "$word"))
  elif [[ $command == check && $place -eq $((COMP_CWORD - 1)) ]]; then
    COMPREPLY=($(compgen -W '${checks.join(' ')}' -- "$word"))
  fi
}
complete -o default -F _overcli overcli
`;
}
