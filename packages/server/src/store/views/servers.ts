import type { State } from '@overc/protocol';
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
  /** How far its clock is behind ours, milliseconds; null: it never said. */
  skewMs: number | null;
}

interface Group {
  serverId: number;
  state: State;
  silent: number;
  count: number;
  reportedAt: number;
}

/** Servers by name, after the name `after`; one more than `limit` when there is a next page. */
export async function listServers(
  db: Knex,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<ServerView[]> {
  const query = db('servers')
    .orderBy('name')
    .limit(limit + 1)
    .select('id', 'name', 'title', 'ip', 'seen_at', 'skew_ms');
  if (after !== undefined) query.where('name', '>', after);
  return withServices(db, await query);
}

export async function findServer(db: Knex, id: number): Promise<ServerView | undefined> {
  const rows = await db('servers').where({ id }).select('id', 'name', 'title', 'ip', 'seen_at', 'skew_ms');
  return (await withServices(db, rows))[0];
}

interface ServerRow {
  id: number;
  name: string;
  title: string | null;
  ip: string | null;
  seen_at: number;
  skew_ms: number | null;
}

async function withServices(db: Knex, rows: ServerRow[]): Promise<ServerView[]> {
  const ids = rows.map((row) => row.id);
  const groups: Group[] = await db('services as v')
    .join('pulses as p', 'p.id', 'v.pulse_id')
    .whereIn('v.server_id', ids)
    .groupBy('v.server_id', 'v.state', 'v.silent')
    .select({ serverId: 'v.server_id', state: 'v.state', silent: 'v.silent' })
    .count({ count: '*' })
    .max({ reportedAt: 'p.reported_at' });
  const byServer = new Map<number, Group[]>();
  for (const group of groups) byServer.set(group.serverId, [...(byServer.get(group.serverId) ?? []), group]);
  return rows.map((row) => summarize(row, byServer.get(row.id) ?? []));
}

function summarize({ id, name, title, ip, seen_at, skew_ms }: ServerRow, groups: Group[]): ServerView {
  const silent = groups.filter((group) => group.silent);
  const lastReportAt = groups.length > 0 ? Math.max(...groups.map((group) => group.reportedAt)) : null;
  return {
    id,
    name,
    title,
    ip,
    lastReportAt,
    lastSeenAt: Math.max(lastReportAt ?? seen_at, seen_at),
    state: worstState(groups.map((group) => ({ state: group.state, silent: Boolean(group.silent) }))),
    services: total(groups),
    silent: total(silent),
    skewMs: skew_ms,
  };
}

function total(groups: Group[]): number {
  return groups.reduce((sum, group) => sum + Number(group.count), 0);
}
