import { existsSync } from 'node:fs';
import { SettingsError } from '@overc/protocol';
import type { Connection } from '../connection.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags.ts';
import type { SpoolSettings, WaySettings } from '../sources/ini.ts';

/** Where packages and service managers expect a monitor's file. */
const USUAL_FILE = '/etc/overc/monitor.ini';

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
  const { server, identity } = flags;
  const file = configFile(flags, env);
  if (file !== undefined) {
    const { readWay } = await import('../sources/ini.ts');
    const settings = readWay(file);
    return { connection: chooseConnection(file, flags, settings), settings };
  }
  if (server === undefined)
    throw new UsageError("-s is missing; add -s http://localhost:5000/, or -c FILE for a monitor's file");
  if (identity === undefined) throw new UsageError('-i is missing; add -i NAME:KEY, such as web1:1234');
  return { connection: { server, identity }, settings: {} };
}

/** The same for what keeps nothing. */
export async function requireConnection(flags: Flags, env: NodeJS.ProcessEnv): Promise<Connection> {
  return (await requireReporting(flags, env)).connection;
}

/** The file that says what -s and -i do not; undefined when they say all, or there is none. */
export function configFile({ server, identity, options }: Flags, env: NodeJS.ProcessEnv): string | undefined {
  const isComplete = server !== undefined && identity !== undefined;
  return options.config ?? (isComplete ? undefined : env.OVERCLI_CONFIG || usualFile());
}

function usualFile(): string | undefined {
  return existsSync(USUAL_FILE) ? USUAL_FILE : undefined;
}

/** The command line goes before the file. Throws SettingsError that says what neither tells. */
export function chooseConnection(file: string, flags: Flags, settings: WaySettings): Connection {
  const missing = (option: string, example: string, flag: string) =>
    new SettingsError(`${file}: [overc] ${option}: is missing; add ${option} = ${example}, or give ${flag}`);

  const [server, ...others] = flags.server === undefined ? (settings.servers ?? []) : [flags.server];
  if (server === undefined) throw missing('server', 'http://localhost:5000/', '-s URL');
  const { proxy, ca, name, key } = settings;
  const way = { server, others, proxy, ca };
  if (flags.identity) return { ...way, identity: flags.identity };

  if (name === undefined) throw missing('my-name', 'web1', '-i NAME:KEY');
  if (key === undefined) throw missing('my-key', '1234', '-i NAME:KEY');
  return { ...way, identity: { name, key } };
}
