import { SettingsError } from '@overc/protocol';
import yargs from 'yargs';
import { createApp } from './app.ts';
import { type Config, loadConfig, unknownVariables } from './config.ts';
import { createLog, type Log } from './log.ts';
import { version } from './version.ts';

/** How the program ends: 0 done, 1 it could not run, 2 used or set up wrongly. */
export type ExitCode = 0 | 1 | 2;

export interface World {
  env: Record<string, string | undefined>;
  out(line: string): void;
  err(line: string): void;
  /** Resolves when the program is asked to stop. */
  stopped: Promise<string>;
}

/** Runs `overc-server` with these arguments; resolves when it has ended. */
export async function runCli(args: string[], world: World): Promise<ExitCode> {
  let exit: ExitCode = 0;
  const wrong = (message: string): ExitCode => {
    world.err(`overc-server: ${message}`);
    world.err('Try: overc-server --help');
    return 2;
  };
  const parser = yargs()
    .scriptName('overc-server')
    .usage(
      'The OverC collector: machines push reports to it, and it raises an alert when a promised one does not come.',
    )
    .option('verbose', { alias: 'v', type: 'count', describe: 'Log more: -v debug, -vv trace' })
    .command(
      ['serve', '$0'],
      'Run the collector',
      (command) => describeServe(command),
      async (argv) => {
        exit = await serve(argv, world, wrong);
      },
    )
    .example('$0', 'Run on sqlite://data/overc.db at http://127.0.0.1:5000/')
    .example('$0 serve --config /etc/overc/server.ini', 'Run with a settings file')
    .example('$0 --listen 0.0.0.0:5000 --database mysql://overc:secret@db/overc', 'Run on MariaDB')
    .epilogue('Every [overc] setting can come from the environment, such as OVERC_LISTEN.')
    .version(version())
    .help()
    .alias('h', 'help')
    .strict()
    .wrap(100);

  await parser.parseAsync(args, {}, (error, _argv, output) => {
    if (error) exit = wrong(withDashes(error.message, args));
    else if (output) world.out(output);
  });
  return exit;
}

/** yargs names unknown options without their dashes. */
function withDashes(message: string, args: string[]): string {
  const [, start, names] = /^(Unknown arguments?: )(.*)$/.exec(message) ?? [];
  if (start === undefined || names === undefined) return message;
  const given = args.map((arg) => arg.split('=')[0] as string);
  const asGiven = (name: string) => given.find((arg) => arg.replace(/^-+/, '') === name) ?? name;
  return start + names.split(', ').map(asGiven).join(', ');
}

interface ServeFlags {
  config: string | undefined;
  listen: string | undefined;
  database: string | undefined;
  verbose: number;
}

function describeServe<T>(command: import('yargs').Argv<T>) {
  return command
    .option('config', { alias: 'c', type: 'string', requiresArg: true, describe: 'Settings file (INI)' })
    .option('listen', { type: 'string', requiresArg: true, describe: 'HOST:PORT to listen at' })
    .option('database', {
      type: 'string',
      requiresArg: true,
      describe: 'sqlite://FILE or mysql://USER:PASSWORD@HOST:PORT/NAME',
    });
}

async function serve(
  { config: file, listen, database, verbose }: ServeFlags,
  world: World,
  wrong: (message: string) => ExitCode,
): Promise<ExitCode> {
  const level = verbose > 1 ? 'trace' : verbose === 1 ? 'debug' : undefined;
  let config: Config;
  try {
    config = loadConfig({ flags: { listen, database, loglevel: level }, env: world.env, file });
  } catch (error) {
    if (error instanceof SettingsError) return wrong(error.message);
    throw error;
  }
  const log = createLog(config.logLevel);
  for (const name of unknownVariables(world.env)) log.warn(`${name} is set but is no setting of OverC`);
  return runUntilStopped(config, log, world, wrong);
}

async function runUntilStopped(
  config: Config,
  log: Log,
  world: World,
  wrong: (message: string) => ExitCode,
): Promise<ExitCode> {
  const app = createApp(config, { log });
  try {
    await app.start();
  } catch (error) {
    if (error instanceof SettingsError) return wrong(error.message);
    world.err(`overc-server: cannot start: ${startError(error, config)}`);
    return 1;
  }
  log.info(`${await world.stopped}: stopping`);
  await app.stop();
  log.info('stopped');
  return 0;
}

function startError(error: unknown, { listen, database }: Config): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const address = `${listen.host}:${listen.port}`;
  if (code === 'EADDRINUSE')
    return `${address} is in use; stop the other program or choose another with --listen`;
  if (code === 'EACCES')
    return `${address} may not be used by this user; choose a port over 1023 with --listen`;
  if (code === 'EADDRNOTAVAIL')
    return `${address} is no address of this machine; choose another with --listen`;
  if (database.kind === 'mysql' && code)
    return `the database at ${database.host}:${database.port} answers ${code}: ${message}`;
  return message;
}
