import { findServers, findServersAfter, type Server } from '../store/servers.ts';
import { findSightings } from '../store/services.ts';
import type { MonitorDeps } from './deps.ts';
import type { Submission } from './submission.ts';

type Deps = Pick<MonitorDeps, 'db' | 'known'>;

/** Reads what the database has of servers that are heard and not known yet; returns whether it has any. */
export async function recallSenders(deps: Deps, batch: Submission[]): Promise<boolean> {
  const names = new Set(batch.map(({ identity }) => identity.name).filter((name) => !deps.known.has(name)));
  if (names.size === 0) return false;
  const servers = await findServers(deps.db, [...names]);
  await recall(deps, servers);
  return servers.length > 0;
}

/** Reads the next `limit` servers after an id; returns the id to go on from, undefined after the last. */
export async function recallAfter(deps: Deps, id: number, limit: number): Promise<number | undefined> {
  const servers = await findServersAfter(deps.db, id, limit);
  await recall(
    deps,
    servers.filter(({ name }) => !deps.known.has(name)),
  );
  return servers.length < limit ? undefined : servers.at(-1)?.id;
}

async function recall({ db, known }: Deps, servers: Server[]): Promise<void> {
  const ids = servers.map(({ id }) => id);
  const sightings = await findSightings(db, ids);
  for (const server of servers) known.learn(server, sightings.get(server.id) ?? []);
}
