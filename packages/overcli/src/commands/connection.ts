import { existsSync } from 'node:fs';
import { SettingsError } from '@overc/protocol';
import type { Connection, Route } from '../connection.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags.ts';
import type { RouteSettings, SpoolSettings, WaySettings } from '../sources/ini.ts';

/** Where packages and service managers expect a monitor's file. */
export const USUAL_FILE = '/etc/overc/monitor.ini';

/** Where to report, and what to do with what cannot be delivered. */
export interface Reporting {
  connection: Connection;
  settings: SpoolSettings;
}

/**
 * Where to report: what -s and -i say, and for the rest the file that -c, OVERCLI_CONFIG or else the usual place names.
 * Throws UsageError and SettingsError.
 */
export async function requireReporting(flags: Flags, env: NodeJS.ProcessEnv): Promise<Reporting> {
  const file = configFile(flags, env);
  if (file !== undefined) {
    const { readWay } = await import('../sources/ini.ts');
    const settings = readWay(file);
    return { connection: chooseConnection(file, flags, settings), settings };
  }
  const route = serverOf(flags);
  const { identity } = flags;
  if (identity === undefined) throw new UsageError('-i is missing; add -i NAME:KEY, such as web1:1234');
  return { connection: { ...route, identity }, settings: {} };
}

/** The same for what keeps nothing. */
export async function requireConnection(flags: Flags, env: NodeJS.ProcessEnv): Promise<Connection> {
  return (await requireReporting(flags, env)).connection;
}

/** Where to read, for which nobody has to say who they are. Throws UsageError and SettingsError. */
export async function requireRoute(flags: Flags, env: NodeJS.ProcessEnv): Promise<Route> {
  const file = fileFor(flags, env, flags.server !== undefined);
  if (file === undefined) return serverOf(flags);
  const { readRoute } = await import('../sources/ini.ts');
  return chooseRoute(file, flags, readRoute(file));
}

/** The file that says what -s and -i do not; undefined when they say all, or there is none. */
export function configFile(flags: Flags, env: NodeJS.ProcessEnv): string | undefined {
  return fileFor(flags, env, flags.server !== undefined && flags.identity !== undefined);
}

function fileFor({ options }: Flags, env: NodeJS.ProcessEnv, isComplete: boolean): string | undefined {
  return options.config ?? (isComplete ? undefined : env.OVERCLI_CONFIG || usualFile());
}

function serverOf({ server }: Flags): Route {
  if (server === undefined)
    throw new UsageError("-s is missing; add -s http://localhost:5000/, or -c FILE for a monitor's file");
  return { server };
}

function usualFile(): string | undefined {
  return existsSync(USUAL_FILE) ? USUAL_FILE : undefined;
}

/** The command line goes before the file. Throws SettingsError that says what neither tells. */
export function chooseConnection(file: string, flags: Flags, settings: WaySettings): Connection {
  const route = chooseRoute(file, flags, settings);
  if (flags.identity) return { ...route, identity: flags.identity };

  const { name, key } = settings;
  if (name === undefined) throw missing(file, 'my-name', 'web1', '-i NAME:KEY');
  if (key === undefined) throw missing(file, 'my-key', '1234', '-i NAME:KEY');
  return { ...route, identity: { name, key } };
}

function chooseRoute(file: string, flags: Flags, { servers = [], proxy, ca }: RouteSettings): Route {
  const [server, ...others] = flags.server === undefined ? servers : [flags.server];
  if (server === undefined) throw missing(file, 'server', 'http://localhost:5000/', '-s URL');
  return { server, others, proxy, ca };
}

function missing(file: string, option: string, example: string, flag: string): SettingsError {
  return new SettingsError(
    `${file}: [overc] ${option}: is missing; add ${option} = ${example}, or give ${flag}`,
  );
}
