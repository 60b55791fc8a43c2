import type { Knex } from 'knex';
import { deleteBacklog } from './backlogs.ts';
import { deleteLate } from './late.ts';
import { deletePosted } from './posted-alerts.ts';
import { insertForIds, statementsOf } from './statements.ts';
import type { Tx } from './transaction.ts';

export interface Server {
  id: number;
  name: string;
  keyHash: string;
  ip: string | null;
  /** How far its clock was behind ours when that was last noted, milliseconds; null: it never said. */
  skewMs: number | null;
}

const COLUMNS = { id: 'id', name: 'name', keyHash: 'key_hash', ip: 'ip', skewMs: 'skew_ms' };

/** The servers of these names, kept from being removed until the transaction ends. */
export async function loadServers(tx: Tx, names: string[]): Promise<Map<string, Server>> {
  const found = new Map<string, Server>();
  for (const piece of statementsOf(names)) {
    const servers: Server[] = await tx('servers').whereIn('name', piece).forShare().select(COLUMNS);
    for (const server of servers) found.set(server.name, server);
  }
  return found;
}

/** The servers of these names, as they are now. */
export async function findServers(db: Knex, names: string[]): Promise<Server[]> {
  const found: Server[] = [];
  for (const piece of statementsOf(names))
    found.push(...(await db('servers').whereIn('name', piece).select(COLUMNS)));
  return found;
}

/** Up to `limit` servers with the next higher ids. */
export function findServersAfter(db: Knex, id: number, limit: number): Promise<Server[]> {
  return db('servers').where('id', '>', id).orderBy('id').limit(limit).select(COLUMNS);
}

/** A server that is heard for the first time, at `seenAt` (UTC ms). */
export interface NewServer extends Omit<Server, 'id' | 'skewMs'> {
  seenAt: number;
}

export async function insertServers(tx: Tx, servers: NewServer[]): Promise<Server[]> {
  const rows = servers.map(({ name, keyHash, ip, seenAt }) => ({
    name,
    key_hash: keyHash,
    ip,
    seen_at: seenAt,
  }));
  const ids = await insertForIds(tx, 'servers', rows);
  return servers.map(({ name, keyHash, ip }, index) => ({
    ...{ id: ids[index] as number, name, keyHash, ip, skewMs: null },
  }));
}

/** Notes from where and when a server was last heard, other than by a report. */
export async function touchServer(tx: Tx, id: number, ip: string | null, at: number): Promise<void> {
  await tx('servers').where({ id }).update({ ip, seen_at: at });
}

/** Notes how far a server's clock is behind ours. */
export async function saveSkew(tx: Tx, id: number, skewMs: number): Promise<void> {
  await tx('servers').where({ id }).update({ skew_ms: skewMs });
}

/** What is shown in place of a server's name; null: the name; undefined leaves it as it is. False when there is no such server. */
export async function saveServerTitle(
  tx: Tx,
  id: number,
  title: string | null | undefined,
): Promise<boolean> {
  const server = await tx('servers').where({ id }).forUpdate().first('id');
  if (!server) return false;
  if (title !== undefined) await tx('servers').where({ id }).update({ title });
  return true;
}

/** Removes a server with everything that hangs on it; kept reports, which nobody finds any more, go when they are old. False when there is none. */
export async function deleteServer(db: Tx, id: number): Promise<boolean> {
  const ofIt = () => db('services').where({ server_id: id });
  await db('spans').whereIn('service_id', ofIt().select('id')).delete();
  await deleteLate(db, ofIt().select('id'));
  await deleteBacklog(db, id);
  await deletePosted(db, id);
  await db('pulses').whereIn('id', ofIt().select('pulse_id')).delete();
  await ofIt().delete();
  await db('deliveries')
    .whereIn('alert_id', db('alerts').where({ server_id: id }).select('id'))
    .delete();
  await db('alerts').where({ server_id: id }).delete();
  return (await db('servers').where({ id }).delete()) > 0;
}
