import { SettingsError } from '@overc/protocol';
import type { Connection } from '../../connection.ts';
import type { Flags } from '../../flags.ts';
import type { MonitorSettings } from '../../sources/ini.ts';

/** The command line goes before the file. Throws SettingsError that says what neither tells. */
export function chooseConnection(file: string, flags: Flags, settings: MonitorSettings): Connection {
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
