import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import { jsonTextAt } from '../dialect.ts';
import { type ServiceView, shownTitle } from './services.ts';

/** A service with trouble: silent, or in another state than OK, and not paused. Times are UTC ms. */
export interface Problem
  extends Pick<
    ServiceView,
    'id' | 'serverId' | 'server' | 'serverTitle' | 'name' | 'title' | 'state' | 'silent' | 'info'
  > {
  /** Since when it is silent, or in its state. */
  since: number;
}

interface Kind {
  states: State[];
  silent: boolean;
  /** The column that says since when. */
  since: 'since' | 'state_since';
}

/** The worst first. */
const KINDS: Kind[] = [
  { states: ['ERR'], silent: false, since: 'state_since' },
  { states: ['OK', 'WARN', 'ERR', 'UNK'], silent: true, since: 'since' },
  { states: ['UNK'], silent: false, since: 'state_since' },
  { states: ['WARN'], silent: false, since: 'state_since' },
];

/** Services with trouble, the worst and of those the latest first; one more than `limit` when there are more. */
export async function listProblems(db: Knex, limit: number): Promise<Problem[]> {
  const most = limit + 1;
  const found = KINDS.map((kind, rank) =>
    db.from(findKind(db, kind, most).as('k')).select('id', { rank: db.raw(String(rank)) }),
  );
  const [first, ...others] = found as [Knex.QueryBuilder, ...Knex.QueryBuilder[]];
  const rows = await db
    .from(first.unionAll(others).as('t'))
    .join('services as v', 'v.id', 't.id')
    .join('servers as s', 's.id', 'v.server_id')
    .join('pulses as p', 'p.id', 'v.pulse_id')
    .orderBy(['t.rank', { column: 'since', order: 'desc' }, 'v.id'])
    .limit(most)
    .select({
      id: 'v.id',
      serverId: 's.id',
      server: 's.name',
      serverTitle: 's.title',
      name: 'v.name',
      title: shownTitle(db),
      state: 'v.state',
      silent: 'v.silent',
      info: jsonTextAt(db, 'p.infos', 'v.slot'),
      since: db.raw('case when v.silent then v.since else v.state_since end'),
    });
  return rows.map((row) => ({ ...row, silent: Boolean(row.silent) }));
}

function findKind(db: Knex, { states, silent, since }: Kind, most: number): Knex.QueryBuilder {
  return db('services')
    .whereIn('state', states)
    .where({ silent, paused: false })
    .orderBy(since, 'desc')
    .limit(most)
    .select('id');
}
