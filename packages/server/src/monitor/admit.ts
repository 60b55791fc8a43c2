import { insertServers, loadServers, type NewServer, type Server } from '../store/servers.ts';
import type { Tx } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';
import { isSame } from './same.ts';
import type { Submission } from './submission.ts';

/** A submission whose key is right, and its server. */
export interface Admitted {
  submission: Submission;
  server: Server;
}

/** The submissions whose keys are right; a new name is registered with the first key that it sends. */
export async function admit(tx: Tx, { hashKey }: MonitorDeps, batch: Submission[]): Promise<Admitted[]> {
  const known = await loadServers(tx, [...new Set(batch.map(({ identity }) => identity.name))]);
  const fresh = new Map<string, NewServer>();
  for (const { identity, ip, at } of batch) {
    const { name, key } = identity;
    if (!known.has(name) && !fresh.has(name))
      fresh.set(name, { name, keyHash: hashKey(name, key), ip, seenAt: at });
  }
  for (const server of await insertServers(tx, [...fresh.values()])) known.set(server.name, server);

  const admitted: Admitted[] = [];
  for (const submission of batch) {
    const { name, key } = submission.identity;
    const server = known.get(name) as Server;
    if (isSame(hashKey(name, key), server.keyHash)) admitted.push({ submission, server });
  }
  return admitted;
}
