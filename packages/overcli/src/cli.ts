import { SettingsError } from '@overc/protocol';
import { type Arguments, parseArguments } from './arguments.ts';
import type { Command, Surroundings } from './command.ts';
import { alert } from './commands/alert.ts';
import { alerts } from './commands/alerts.ts';
import { completionOf } from './commands/completion.ts';
import { doctor } from './commands/doctor.ts';
import { importCommand } from './commands/import.ts';
import { init } from './commands/init.ts';
import { monitor } from './commands/monitor.ts';
import { ping } from './commands/ping.ts';
import { run } from './commands/run.ts';
import { serviceStatus } from './commands/service-status.ts';
import { services } from './commands/services.ts';
import { test } from './commands/test.ts';
import { readIdentity, readServer } from './connection.ts';
import { UsageError } from './errors.ts';
import { createLog, oneLine } from './log.ts';
import { checkCount } from './operands.ts';
import { COMMON, type OptionName, type OptionValues } from './options.ts';
import { version } from './version.ts';

/** A new command is one module and one line here. */
export const commands: Record<string, Command> = {
  ping,
  'service-status': serviceStatus,
  alert,
  monitor,
  run,
  test,
  doctor,
  init,
  services,
  alerts,
  import: importCommand,
  completion: completionOf(() => commands),
};

const EXIT = { done: 0, refused: 1, misused: 2 } as const;

export type Process = Omit<Surroundings, 'log'>;

/** Runs one command line. Answers the exit code: 0 done, 1 the collector or network refused, 2 used wrongly. Never rejects. */
export async function cli(argv: string[], process: Process): Promise<number> {
  try {
    const parsed = await parseArguments(argv, commands, version());
    if (parsed.kind === 'call') return (await callCommand(parsed, process)) ?? EXIT.done;
    process.out(`${parsed.text}\n`);
    return EXIT.done;
  } catch (error) {
    process.err(`overcli: ${oneLine((error as Error).message)}\n`);
    if (error instanceof UsageError) process.err(adviceFor(argv));
    return error instanceof UsageError || error instanceof SettingsError ? EXIT.misused : EXIT.refused;
  }
}

/** Where the right use stands; of the command that was meant, as far as one can tell. */
function adviceFor(argv: string[]): string {
  const name = argv.find((word) => Object.hasOwn(commands, word));
  return name === undefined
    ? 'Run overcli --help for all commands and examples.\n'
    : `Run overcli ${name} --help for its options and an example.\n`;
}

async function callCommand(
  { words, options, verbosity }: Arguments,
  process: Process,
): Promise<number | undefined> {
  const flags = {
    server: options.server === undefined ? undefined : readServer(options.server),
    identity: options['server-id'] === undefined ? undefined : readIdentity(options['server-id']),
    verbosity,
    options,
  };
  const [name, ...operands] = words;
  const command = findCommand(name);
  refuseForeign(command, options);
  checkCount(name as string, command, operands);

  const prefix = () => process.clock.timestamp();
  const log = createLog({ write: process.err, verbosity, prefix });
  return command.call({ operands, flags, surroundings: { ...process, log } });
}

/** Refuses what is an option of other commands alone. */
function refuseForeign({ options: own = [] }: Command, options: OptionValues): void {
  const foreign = (Object.keys(options) as OptionName[]).find((name) => ![...COMMON, ...own].includes(name));
  if (foreign === undefined) return;
  const takers = Object.keys(commands).filter((name) => commands[name]?.options?.includes(foreign));
  throw new UsageError(`--${foreign} is only for ${takers.join(', ')}; leave it out`);
}

function findCommand(name: string | undefined): Command {
  const known = Object.keys(commands).join(', ');
  if (name === 'check')
    throw new UsageError('check stands first, and takes its own options: overcli check NAME [OPTIONS]');
  if (name === undefined) throw new UsageError(`a command is missing; give one of ${known}`);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`unknown command ${JSON.stringify(name)}; known are ${known}`);
  return command;
}
