import { insertForIds, statementsOf } from './dialect.ts';
import type { Tx } from './transaction.ts';

export interface Server {
  id: number;
  name: string;
  keyHash: string;
  ip: string | null;
}

/** The servers of these names, kept from being removed until the transaction ends. */
export async function loadServers(tx: Tx, names: string[]): Promise<Map<string, Server>> {
  const found = new Map<string, Server>();
  for (const piece of statementsOf(names)) {
    const rows = await tx('servers').whereIn('name', piece).forShare().select('id', 'name', 'key_hash', 'ip');
    for (const row of rows)
      found.set(row.name, { id: row.id, name: row.name, keyHash: row.key_hash, ip: row.ip });
  }
  return found;
}

/** A server that is heard for the first time, at `seenAt` (UTC ms). */
export interface NewServer extends Omit<Server, 'id'> {
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
  return servers.map(({ name, keyHash, ip }, index) => ({ id: ids[index] as number, name, keyHash, ip }));
}

/** Notes from where and when a server was last heard, other than by a report. */
export async function touchServer(tx: Tx, id: number, ip: string | null, at: number): Promise<void> {
  await tx('servers').where({ id }).update({ ip, seen_at: at });
}

/** Removes a server with everything that hangs on it. False when there is none. */
export async function deleteServer(db: Tx, id: number): Promise<boolean> {
  const services = db('services').where({ server_id: id }).select('id');
  await db('spans').whereIn('service_id', services).delete();
  await db('reports').whereIn('service_id', services).delete();
  await db('services').where({ server_id: id }).delete();
  await db('deliveries')
    .whereIn('alert_id', db('alerts').where({ server_id: id }).select('id'))
    .delete();
  await db('alerts').where({ server_id: id }).delete();
  return (await db('servers').where({ id }).delete()) > 0;
}
