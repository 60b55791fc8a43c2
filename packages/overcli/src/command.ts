import type { Clock } from './clock.ts';
import type { Flags } from './flags.ts';
import type { Log } from './log.ts';
import { formOf, type OptionName } from './options.ts';
import type { Terminal } from './terminal.ts';

/** What the process around a command offers it. */
export interface Surroundings {
  /** Writes text to standard output. */
  out: (text: string) => void;
  /** Writes text to standard error. */
  err: (text: string) => void;
  /** The terminal that standard output is, when it is one. */
  terminal?: Terminal | undefined;
  /** Standard input, which is opened when it is asked for; undefined where nobody may be asked anything. */
  stdin?: (() => NodeJS.ReadStream) | undefined;
  log: Log;
  clock: Clock;
  env: NodeJS.ProcessEnv;
  /**
   * Takes over signals and uncaught errors: the answer aborts, with a StopReason, when the program is to end. SIGHUP calls
   * `reload`, unless it came because the terminal is gone.
   */
  listenForStop: (reload: () => void) => AbortSignal;
}

export type StopReason = { kind: 'signal' } | { kind: 'fault'; error: unknown };

export interface Call {
  /** The command's operands, as many as it names. */
  operands: string[];
  flags: Flags;
  surroundings: Surroundings;
}

/** One command: flags → call → print. It throws UsageError, SettingsError or CollectorError when it cannot. */
export interface Command {
  summary: string;
  /** The operands' names; one in [brackets] may be left out, and a last one with ... takes all that follows. */
  operands: string[];
  /** What it takes beside the options that all take. */
  options?: OptionName[];
  /** What its exit codes mean, when not what those of the others do. */
  exitCodes?: string;
  /** What stands after `overcli` in the example that --help shows. */
  example: string;
  /** Answers the exit code, where it is not 0. */
  call(call: Call): Promise<number | undefined>;
}

/** A command with its operands, and its own options before the operand that takes all the rest. */
export function formOfCommand(name: string, { operands, options = [] }: Command): string {
  const own = options.filter((option) => option !== 'config').map(formOf);
  const isOpen = operands.at(-1)?.endsWith('...');
  return (isOpen ? [name, ...own, '--', ...operands] : [name, ...operands, ...own]).join(' ');
}
