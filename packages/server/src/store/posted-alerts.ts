import { insertRows, statementsOf } from './statements.ts';
import type { Tx } from './transaction.ts';

/** Of the ids under which a server posts alerts, those that it has not used yet; from now on it has. UTC ms. */
export async function learnPosted(tx: Tx, serverId: number, ids: string[], at: number): Promise<Set<string>> {
  const fresh = new Set(ids);
  for (const piece of statementsOf([...fresh])) {
    const rows = await tx('posted_alerts')
      .where({ server_id: serverId })
      .whereIn('posted_id', piece)
      .select('posted_id');
    for (const { posted_id } of rows) fresh.delete(posted_id);
  }
  const rows = [...fresh].map((id) => ({ server_id: serverId, posted_id: id, at }));
  await insertRows(tx, 'posted_alerts', rows);
  return fresh;
}

/** Forgets what a server posted. */
export async function deletePosted(tx: Tx, serverId: number): Promise<void> {
  await tx('posted_alerts').where({ server_id: serverId }).delete();
}
