import { findServers, findServersAfter, type Server } from '../store/servers.ts';
import { findSightings, findSightingsOf, type ServiceKey, type Sighting } from '../store/services.ts';
import type { MonitorDeps } from './deps.ts';
import type { Known } from './known.ts';
import type { Submission } from './submission.ts';

type Deps = Pick<MonitorDeps, 'db' | 'known'>;

/**
 * Reads what the database has of services that are heard and not known yet; returns whether it has any. Of their servers'
 * other services nothing is read: after a start that would be all of a million, within the seconds in which all report.
 */
export async function recallHeard({ db, known }: Deps, batch: Submission[]): Promise<boolean> {
  const unknown = unknownIn(known, batch);
  if (unknown.size === 0) return false;
  const servers = await findServers(db, [...unknown.keys()]);
  const services = servers.flatMap(({ id, name }) =>
    [...(unknown.get(name) ?? [])].map((service): ServiceKey => [id, service]),
  );
  const sightings = await findSightingsOf(db, services);
  learnAll(known, servers, sightings);
  return sightings.size > 0;
}

/** Names of services by their server's, of those that are reported and not known. */
function unknownIn(known: Known, batch: Submission[]): Map<string, Set<string>> {
  const unknown = new Map<string, Set<string>>();
  for (const { identity, reports } of batch)
    for (const { service } of reports) {
      if (known.has(identity.name, service)) continue;
      const names = unknown.get(identity.name) ?? new Set();
      unknown.set(identity.name, names.add(service));
    }
  return unknown;
}

/** Reads the next `limit` servers after an id; returns the id to go on from, undefined after the last. */
export async function recallAfter(
  { db, known }: Deps,
  id: number,
  limit: number,
): Promise<number | undefined> {
  const servers = await findServersAfter(db, id, limit);
  const ids = servers.map(({ id }) => id);
  learnAll(known, servers, await findSightings(db, ids));
  return servers.length < limit ? undefined : servers.at(-1)?.id;
}

function learnAll(known: Known, servers: Server[], sightings: Map<number, Sighting[]>): void {
  for (const server of servers) known.learn(server, sightings.get(server.id) ?? []);
}
