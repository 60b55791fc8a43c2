import type { Backlog } from '../core/backlog.ts';
import type { Tx } from './transaction.ts';

/** What is gathered of a server's late reports, locked until the transaction ends; undefined when there is nothing. */
export async function loadBacklog(tx: Tx, serverId: number): Promise<Backlog | undefined> {
  const row = await tx('backlogs').where({ server_id: serverId }).forUpdate().first('story');
  return row && JSON.parse(row.story);
}

/** Writes what is loaded already; what is new is inserted, and of two who do that at once one tries again. */
export async function saveBacklog(tx: Tx, serverId: number, backlog: Backlog, isNew: boolean): Promise<void> {
  const story = JSON.stringify(backlog);
  if (isNew) await tx('backlogs').insert({ server_id: serverId, story });
  else await tx('backlogs').where({ server_id: serverId }).update({ story });
}

export async function deleteBacklog(tx: Tx, serverId: number): Promise<void> {
  await tx('backlogs').where({ server_id: serverId }).delete();
}
