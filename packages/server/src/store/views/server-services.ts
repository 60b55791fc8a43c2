import type { Knex } from 'knex';
import { SERVER_KEYS, type ServerRow, type ServerView, serversQuery, toServer } from './servers.ts';
import { type ServiceRow, type ServiceView, serviceColumns, toService } from './services.ts';

/** What a row holds of the server; the other columns are the service's. */
const MARK = 'of_server_';

/** A server, and its services by name after the name `after`: one more than `limit` when there is a next page. */
export async function findServerWithServices(
  db: Knex,
  id: number,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ server: ServerView; services: ServiceView[] } | undefined> {
  const marked = Object.fromEntries(SERVER_KEYS.map((key) => [`${MARK}${key}`, `s.${key}`]));
  const rows = await db
    .from(serversQuery(db, db('servers').where({ id })).as('s'))
    .leftJoin('services as v', (on) => {
      on.on('v.server_id', 's.id');
      if (after !== undefined) on.onVal('v.name', '>', after);
    })
    .leftJoin('pulses as p', 'p.id', 'v.pulse_id')
    .orderBy('v.name')
    .limit(limit + 1)
    .select(marked, serviceColumns(db));
  const [first] = rows;
  if (!first) return undefined;
  const server = toServer(
    Object.fromEntries(SERVER_KEYS.map((key) => [key, first[`${MARK}${key}`]])) as unknown as ServerRow,
  );
  const services = (rows as ServiceRow[]).filter((row) => row.id !== null).map(toService);
  return { server, services };
}
