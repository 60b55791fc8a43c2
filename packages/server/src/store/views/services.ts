import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import type { Status } from '../../core/status.ts';

/** A service as people see it. Times are UTC ms. */
export interface ServiceView extends Status {
  id: number;
  serverId: number;
  server: string;
  name: string;
  title: string | null;
}

export interface ServiceFilter {
  server?: string | undefined;
  serverId?: number | undefined;
  state?: State | undefined;
  silent?: boolean | undefined;
  /** Part of a server's or service's name or title, in any case. */
  q?: string | undefined;
  /** Server's and service's name after which the page starts. */
  after?: [string, string] | undefined;
  limit: number;
}

const COLUMNS = {
  id: 'v.id',
  serverId: 's.id',
  server: 's.name',
  name: 'v.name',
  title: 'v.title',
  state: 'v.state',
  info: 'v.info',
  periodSeconds: 'v.period_seconds',
  graceSeconds: 'v.grace_seconds',
  reportedAt: 'v.reported_at',
  deadlineAt: 'v.deadline_at',
  silent: 'v.silent',
  stateSince: 'v.state_since',
  since: 'v.since',
  reports: 'v.reports',
};

/** Services by their server's name, then their own; one more than `limit` when there is a next page. */
export async function listServices(db: Knex, filter: ServiceFilter): Promise<ServiceView[]> {
  const query = joined(db)
    .orderBy(['s.name', 'v.name'])
    .limit(filter.limit + 1)
    .select(COLUMNS);
  if (filter.server !== undefined) query.where('s.name', filter.server);
  if (filter.serverId !== undefined) query.where('s.id', filter.serverId);
  if (filter.state !== undefined) query.where('v.state', filter.state);
  if (filter.silent !== undefined) query.where('v.silent', filter.silent);
  if (filter.q !== undefined) query.where((any) => matchAny(any, filter.q as string));
  if (filter.after) {
    const [server, name] = filter.after;
    query.where((later) =>
      later
        .where('s.name', '>', server)
        .orWhere((same) => same.where('s.name', server).where('v.name', '>', name)),
    );
  }
  return ((await query) as ServiceView[]).map(withFlags);
}

export async function findService(db: Knex, id: number): Promise<ServiceView | undefined> {
  const row = (await joined(db).where('v.id', id).first(COLUMNS)) as ServiceView | undefined;
  return row && withFlags(row);
}

function joined(db: Knex) {
  return db('services as v').join('servers as s', 's.id', 'v.server_id');
}

function matchAny(any: Knex.QueryBuilder, part: string): void {
  const pattern = `%${part.toLowerCase().replaceAll(/[!%_]/g, '!$&')}%`;
  for (const column of ['s.name', 'v.name', 's.title', 'v.title'])
    any.orWhereRaw(`lower(??) like ? escape '!'`, [column, pattern]);
}

/** SQLite and MariaDB keep a boolean as 0 or 1. */
function withFlags(row: ServiceView): ServiceView {
  return { ...row, silent: Boolean(row.silent) };
}
