import { readFileSync } from 'node:fs';
import { SettingsError } from '@overc/protocol';
import { type Arguments, parseArguments } from './arguments.ts';
import type { Command, Surroundings } from './command.ts';
import { alert } from './commands/alert.ts';
import { monitor } from './commands/monitor.ts';
import { ping } from './commands/ping.ts';
import { serviceStatus } from './commands/service-status.ts';
import { readIdentity, readServer } from './connection.ts';
import { UsageError } from './errors.ts';
import { createLog, oneLine } from './log.ts';
import { checkCount } from './operands.ts';

/** A new command is one module and one line here. */
export const commands: Record<string, Command> = {
  ping,
  'service-status': serviceStatus,
  alert,
  monitor,
};

const EXIT = { done: 0, refused: 1, misused: 2 } as const;

export type Process = Omit<Surroundings, 'log'> & { err: (text: string) => void };

/** Runs one command line. Answers the exit code: 0 done, 1 the collector or network refused, 2 used wrongly. Never rejects. */
export async function cli(argv: string[], process: Process): Promise<number> {
  try {
    const parsed = await parseArguments(argv, commands, version());
    if (parsed.kind === 'text') process.out(`${parsed.text}\n`);
    else await callCommand(parsed, process);
    return EXIT.done;
  } catch (error) {
    process.err(`overcli: ${oneLine((error as Error).message)}\n`);
    if (error instanceof UsageError) process.err('Run overcli --help for all commands and examples.\n');
    return error instanceof UsageError || error instanceof SettingsError ? EXIT.misused : EXIT.refused;
  }
}

async function callCommand({ words, options }: Arguments, process: Process): Promise<void> {
  const flags = {
    server: options.server === undefined ? undefined : readServer(options.server),
    identity: options.serverId === undefined ? undefined : readIdentity(options.serverId),
    service: options.service,
    verbosity: options.verbosity,
  };
  const [name, ...operands] = words;
  const command = findCommand(name);
  if (flags.service !== undefined && !command.takesService)
    throw new UsageError(`--service is only for alert; leave it out`);
  checkCount(name as string, command, operands);

  const prefix = () => process.clock.timestamp();
  const log = createLog({ write: process.err, verbosity: flags.verbosity, prefix });
  await command.call({ operands, flags, surroundings: { ...process, log } });
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

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
