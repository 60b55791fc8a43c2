import type { Clock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import type { Log } from '../log.ts';
import { readAddress } from '../report/address.ts';
import { Backlog } from '../report/backlog.ts';
import type { Client } from '../report/client.ts';
import type { SpoolSettings } from '../sources/ini.ts';
import { folderFor, NO_SPOOL, usualFolder } from '../spool/place.ts';
import { Spool } from '../spool/spool.ts';

/** More than what a hundred services report in a week, each minute. */
const USUAL_BYTES = 64 * 1024 ** 2;
const USUAL_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** What a backlog needs of its surroundings. */
export interface Around {
  log: Log;
  clock: Clock;
  env: NodeJS.ProcessEnv;
}

/** The spool of a server's reports to a collector; undefined where the settings want none. */
export function spoolFor(
  { server, identity }: Connection,
  { spool, spoolBytes = USUAL_BYTES, spoolAgeMs = USUAL_AGE_MS }: SpoolSettings,
  { clock, env }: Pick<Around, 'clock' | 'env'>,
): Spool | undefined {
  if (spool === NO_SPOOL) return undefined;
  const folder = folderFor(spool ?? usualFolder(env), identity.name, readAddress(server).shown);
  return new Spool(folder, { mostBytes: spoolBytes, mostAgeMs: spoolAgeMs }, () => clock.wall());
}

/** The same with the way to the collector. */
export function backlogFor(
  connection: Connection,
  settings: SpoolSettings,
  client: Client,
  around: Around,
): Backlog | undefined {
  const spool = spoolFor(connection, settings, around);
  return spool && new Backlog(spool, client, around.log);
}
