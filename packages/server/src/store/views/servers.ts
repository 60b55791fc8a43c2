import { STATES, type State } from '@overc/protocol';
import type { Knex } from 'knex';
import { worstState } from '../../core/worst.ts';

/** A server as people see it. Times are UTC ms. */
export interface ServerView {
  id: number;
  name: string;
  title: string | null;
  ip: string | null;
  /** When a service of it last reported; null when none has. */
  lastReportAt: number | null;
  /** When it was last heard, by report, alert or ping. */
  lastSeenAt: number;
  /** The worst of its services' states; null when it has none. */
  state: State | null;
  services: number;
  silent: number;
  paused: number;
  /** How far its clock is behind ours, milliseconds; null: it never said. */
  skewMs: number | null;
}

/** A server's row, and counts of its services by state as the database gives them: as numbers or as texts. */
export interface ServerRow extends Record<State, number | string | null> {
  id: number;
  name: string;
  title: string | null;
  ip: string | null;
  seenAt: number;
  skewMs: number | null;
  reportedAt: number | null;
  services: number | string;
  silent: number | string | null;
  paused: number | string | null;
}

/** Servers by name, after the name `after`; one more than `limit` when there is a next page. */
export async function listServers(
  db: Knex,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<ServerView[]> {
  const some = db('servers')
    .orderBy('name')
    .limit(limit + 1);
  if (after !== undefined) some.where('name', '>', after);
  return find(db, some);
}

export async function findServer(db: Knex, id: number): Promise<ServerView | undefined> {
  return (await find(db, db('servers').where({ id })))[0];
}

async function find(db: Knex, some: Knex.QueryBuilder): Promise<ServerView[]> {
  const rows: ServerRow[] = await serversQuery(db, some).orderBy('s.name');
  return rows.map(toServer);
}

const OWN_COLUMNS = {
  ...{ id: 's.id', name: 's.name', title: 's.title', ip: 's.ip' },
  ...{ seenAt: 's.seen_at', skewMs: 's.skew_ms' },
};

/** The columns of {@link ServerRow}, of some servers. */
export function serversQuery(db: Knex, some: Knex.QueryBuilder): Knex.QueryBuilder {
  const states = STATES.map((state) => [state, db.raw('sum(?? = ?)', ['v.state', state])]);
  const counts = {
    services: db.raw('count(??)', ['v.id']),
    silent: db.raw('sum(??)', ['v.silent']),
    paused: db.raw('sum(??)', ['v.paused']),
    reportedAt: db.raw('max(??)', ['p.reported_at']),
    ...Object.fromEntries(states),
  };
  return db
    .from(some.select('id', 'name', 'title', 'ip', 'seen_at', 'skew_ms').as('s'))
    .leftJoin('services as v', 'v.server_id', 's.id')
    .leftJoin('pulses as p', 'p.id', 'v.pulse_id')
    .groupBy(Object.values(OWN_COLUMNS))
    .select(OWN_COLUMNS, counts);
}

/** What {@link serversQuery} selects. */
export const SERVER_KEYS: (keyof ServerRow)[] = [
  ...([
    'id',
    'name',
    'title',
    'ip',
    'seenAt',
    'skewMs',
    'reportedAt',
    'services',
    'silent',
    'paused',
  ] as const),
  ...STATES,
];

export function toServer(row: ServerRow): ServerView {
  const { id, name, title, ip, seenAt, skewMs, reportedAt } = row;
  const [services, silent, paused] = [Number(row.services), Number(row.silent), Number(row.paused)];
  const states = STATES.filter((state) => Number(row[state]) > 0).map((state) => ({ state, silent: false }));
  return {
    id,
    name,
    title,
    ip,
    lastReportAt: reportedAt,
    lastSeenAt: Math.max(reportedAt ?? seenAt, seenAt),
    // One that is silent counts at least as UNK, whatever its state was.
    state: worstState(silent > 0 ? [...states, { state: 'OK', silent: true }] : states),
    services,
    silent,
    paused,
    skewMs,
  };
}
