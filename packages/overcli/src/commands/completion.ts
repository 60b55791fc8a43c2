import { oneOf } from '@overc/protocol';
import type { Command } from '../command.ts';
import { readOperand } from '../operands.ts';

const SHELLS = ['bash', 'zsh'] as const;

/** The command that completes `commands`, of which it is one. */
export function completionOf(commands: () => Record<string, Command>): Command {
  return {
    summary: 'Print a script that has the shell, bash or zsh, complete commands, options and files',
    operands: ['SHELL'],
    example: 'completion bash > /etc/bash_completion.d/overcli',

    async call({ operands: [text = ''], surroundings }) {
      const shell = readOperand('SHELL', oneOf(...SHELLS), text, 'bash');
      const [{ checks }, { scriptFor }] = await Promise.all([
        import('../checks/index.ts'),
        import('./completion/script.ts'),
      ]);
      surroundings.out(scriptFor(shell, commands(), checks, [...SHELLS]));
    },
  };
}
