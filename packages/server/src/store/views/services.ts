import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import { type Member, type Pulse, statusOf } from '../../core/pulse.ts';
import type { Status } from '../../core/status.ts';
import { contains } from '../dialect.ts';
import { findInfos } from '../pulses.ts';

/** A service as people see it. Times are UTC ms. */
export interface ServiceView extends Status {
  id: number;
  serverId: number;
  server: string;
  serverTitle: string | null;
  name: string;
  /** The title that people gave it, or else its reports; null: neither. */
  title: string | null;
}

export interface ServiceFilter {
  server?: string | undefined;
  serverId?: number | undefined;
  state?: State | undefined;
  silent?: boolean | undefined;
  paused?: boolean | undefined;
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
  serverTitle: 's.title',
  name: 'v.name',
  slot: 'v.slot',
  state: 'v.state',
  periodSeconds: 'v.period_seconds',
  graceSeconds: 'v.grace_seconds',
  silent: 'v.silent',
  stateSince: 'v.state_since',
  since: 'v.since',
  firstReport: 'v.first_report',
  runningSince: 'v.running_since',
  endedAt: 'v.ended_at',
  paused: 'v.paused',
  toldState: 'v.told_state',
  toldSilent: 'v.told_silent',
  pulseId: 'p.id',
  reportedAt: 'p.reported_at',
  patienceMs: 'p.patience_ms',
  deadlineAt: 'p.deadline_at',
  wakeAt: 'p.wake_at',
  pulseReports: 'p.reports',
};

interface Row extends Omit<Member, 'silent' | 'paused' | 'toldState' | 'toldSilent'>, Omit<Pulse, 'reports'> {
  id: number;
  serverId: number;
  server: string;
  serverTitle: string | null;
  name: string;
  title: string | null;
  slot: number;
  /** SQLite and MariaDB keep a boolean as 0 or 1. */
  silent: number;
  paused: number;
  /** null: as it is. */
  toldState: State | null;
  toldSilent: number | null;
  pulseId: number;
  pulseReports: number;
}

/** Services by their server's name, then their own; one more than `limit` when there is a next page. */
export async function listServices(db: Knex, filter: ServiceFilter): Promise<ServiceView[]> {
  // Found first, so that nothing is looked up for the many that do not fit.
  const query = db('services as v')
    .join('servers as s', 's.id', 'v.server_id')
    .orderBy(['s.name', 'v.name'])
    .limit(filter.limit + 1)
    .select('v.id');
  if (filter.server !== undefined) query.where('s.name', filter.server);
  if (filter.serverId !== undefined) query.where('s.id', filter.serverId);
  if (filter.state !== undefined) query.where('v.state', filter.state);
  if (filter.silent !== undefined) query.where('v.silent', filter.silent);
  if (filter.paused !== undefined) query.where('v.paused', filter.paused);
  if (filter.q !== undefined) query.where((any) => matchAny(db, any, filter.q as string));
  if (filter.after) {
    const [server, name] = filter.after;
    query.where((later) =>
      later
        .where('s.name', '>', server)
        .orWhere((same) => same.where('s.name', server).where('v.name', '>', name)),
    );
  }
  const rows: Row[] = await joined(db)
    .join(query.as('f'), 'f.id', 'v.id')
    .orderBy(['s.name', 'v.name'])
    .select(COLUMNS, { title: shownTitle(db) });
  return withInfos(db, rows);
}

export async function findService(db: Knex, id: number): Promise<ServiceView | undefined> {
  const rows: Row[] = await joined(db)
    .where('v.id', id)
    .select(COLUMNS, { title: shownTitle(db) });
  return (await withInfos(db, rows))[0];
}

/** The state of a service, found by name. */
export interface NamedService extends Pick<Status, 'state' | 'silent' | 'since' | 'endedAt'> {
  id: number;
  server: string;
  name: string;
}

/** Services by their server's and their own names; those that are not known are left out. */
export async function findNamedServices(db: Knex, names: [string, string][]): Promise<NamedService[]> {
  const rows: NamedService[] = await db('services as v')
    .join('servers as s', 's.id', 'v.server_id')
    .whereIn(['s.name', 'v.name'], names)
    .select(
      { id: 'v.id', server: 's.name', name: 'v.name', endedAt: 'v.ended_at' },
      'v.state',
      'v.silent',
      'v.since',
    );
  return rows.map((row) => ({ ...row, silent: Boolean(row.silent) }));
}

/** What is shown in place of the name of a service `v`: the title that people gave it, or else its reports. */
export function shownTitle(db: Knex): Knex.Raw {
  return db.raw('coalesce(v.title, v.reported_title)');
}

function joined(db: Knex) {
  return db('services as v')
    .join('servers as s', 's.id', 'v.server_id')
    .join('pulses as p', 'p.id', 'v.pulse_id');
}

/** Infos are read once for a pulse, not once for each of its services. */
async function withInfos(db: Knex, rows: Row[]): Promise<ServiceView[]> {
  const infos = await findInfos(db, new Set(rows.map(({ pulseId }) => pulseId)));
  return rows.map((row) => {
    const { id, serverId, server, serverTitle, name, title, pulseId, slot } = row;
    const member = {
      ...row,
      silent: Boolean(row.silent),
      paused: Boolean(row.paused),
      toldState: row.toldState ?? row.state,
      toldSilent: Boolean(row.toldSilent ?? row.silent),
    };
    const status = statusOf(member, infos.get(pulseId)?.[slot] ?? '', { ...row, reports: row.pulseReports });
    return { id, serverId, server, serverTitle, name, title, ...status };
  });
}

function matchAny(db: Knex, any: Knex.QueryBuilder, part: string): void {
  for (const column of ['s.name', 'v.name', 's.title', 'v.title', 'v.reported_title'])
    any.orWhere(contains(db, column, part));
}
