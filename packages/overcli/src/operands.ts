import type { ReadValue } from '@overc/protocol';
import { type Command, formOfCommand } from './command.ts';
import { UsageError } from './errors.ts';

/** Reads one value of the command line. Throws UsageError that names it and what would be right. */
export function readOperand<T>(name: string, read: ReadValue<T>, text: string, example: string): T {
  try {
    return read(text);
  } catch (error) {
    throw new UsageError(
      `${name}: ${JSON.stringify(text)} ${(error as Error).message} (for example ${example})`,
    );
  }
}

/** Checks that `words` are as many as the command names. Throws UsageError. */
export function checkCount(name: string, command: Command, words: string[]): void {
  const { operands } = command;
  const form = `overcli ${formOfCommand(name, command)}`;
  const missing = operands.find((operand, index) => index >= words.length && !operand.startsWith('['));
  if (missing)
    throw new UsageError(`${missing} is missing: ${form} (a text that begins with - goes after --)`);
  if (operands.at(-1)?.endsWith('...')) return;
  const extra = words[operands.length];
  if (extra !== undefined)
    throw new UsageError(
      `${name}: ${JSON.stringify(extra)} is one argument too many: ${form} (quote a text of several words)`,
    );
}
