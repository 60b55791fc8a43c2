import { findServers } from '../store/servers.ts';
import { findSightings } from '../store/services.ts';
import type { MonitorDeps } from './deps.ts';
import { isSame } from './same.ts';
import type { Submission } from './submission.ts';

/**
 * Reads what the database knows of servers that this collector hears for the first time since it started.
 * Returns whether it found any.
 */
export async function recall({ db, known, hashKey }: MonitorDeps, batch: Submission[]): Promise<boolean> {
  const strangers = new Map<string, Submission>();
  for (const submission of batch)
    if (!known.has(submission.identity.name)) strangers.set(submission.identity.name, submission);
  if (strangers.size === 0) return false;

  const found = await findServers(db, [...strangers.keys()]);
  const isRight = ({ name, key }: Submission['identity'], keyHash: string) =>
    isSame(hashKey(name, key), keyHash);
  const servers = found.filter(({ name, keyHash }) =>
    isRight((strangers.get(name) as Submission).identity, keyHash),
  );
  const sightings = await findSightings(
    db,
    servers.map(({ id }) => id),
  );
  for (const { id, name, ip } of servers) {
    const { identity } = strangers.get(name) as Submission;
    known.learn({ identity, ip }, sightings.get(id) ?? []);
  }
  return servers.length > 0;
}
