import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import { type Member, type Pulse, statusOf } from '../../core/pulse.ts';
import type { Status } from '../../core/status.ts';
import { contains, jsonTextAt } from '../dialect.ts';

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
  state?: State | undefined;
  silent?: boolean | undefined;
  paused?: boolean | undefined;
  /** Part of a server's or service's name or title, in any case. */
  q?: string | undefined;
}

/** What stands together in a list of services: those of a server, those that stand alike, or all. */
export const GROUPINGS = ['server', 'state', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What comes first in a group: by name, or what changed last. */
export const SORTINGS = ['name', 'since'] as const;
export type Sorting = (typeof SORTINGS)[number];

export interface ServiceOrder {
  grouping: Grouping;
  sorting: Sorting;
}

export const BY_NAME: ServiceOrder = { grouping: 'server', sorting: 'name' };

/** The values by which a service has its place in a list. */
export type Place = (string | number)[];

export interface ListedService extends ServiceView {
  place: Place;
}

/** The worst first, as on the overview: ERR, silent, UNK, WARN, OK, and what is paused. */
const RANK =
  "case when v.paused then 5 when v.silent then 1 when v.state = 'ERR' then 0 when v.state = 'UNK' then 2 when v.state = 'WARN' then 3 else 4 end";
/** Since when it stands as it does, the latest first. */
const LATEST = '-(case when v.silent then v.since else v.state_since end)';

/** What a list is ordered by; all of it together names one service. */
const KEYS: Record<Grouping, Record<Sorting, string[]>> = {
  server: { name: ['s.name', 'v.name'], since: ['s.name', LATEST, 'v.name'] },
  state: { name: [RANK, 's.name', 'v.name'], since: [RANK, LATEST, 'v.id'] },
  none: { name: ['v.name', 's.name'], since: [LATEST, 'v.id'] },
};

/** How many values a place in a list has. */
export function placeLength({ grouping, sorting }: ServiceOrder): number {
  return KEYS[grouping][sorting].length;
}

/** What is read of a service `v` with its pulse `p` and its server `s`. */
export function serviceColumns(db: Knex) {
  return {
    id: 'v.id',
    serverId: 's.id',
    server: 's.name',
    serverTitle: 's.title',
    name: 'v.name',
    title: shownTitle(db),
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
    reportedAt: 'p.reported_at',
    patienceMs: 'p.patience_ms',
    deadlineAt: 'p.deadline_at',
    wakeAt: 'p.wake_at',
    pulseReports: 'p.reports',
    info: jsonTextAt(db, 'p.infos', 'v.slot'),
  };
}

export interface ServiceRow
  extends Omit<Member, 'silent' | 'paused' | 'toldState' | 'toldSilent'>,
    Omit<Pulse, 'reports'> {
  id: number;
  serverId: number;
  server: string;
  serverTitle: string | null;
  name: string;
  title: string | null;
  /** SQLite and MariaDB keep a boolean as 0 or 1. */
  silent: number;
  paused: number;
  /** null: as it is. */
  toldState: State | null;
  toldSilent: number | null;
  pulseReports: number;
  info: string | null;
}

/** Services in an order, after a place in it; one more than `limit` when there is a next page. */
export async function listServices(
  db: Knex,
  filter: ServiceFilter,
  { order = BY_NAME, after, limit }: { order?: ServiceOrder; after?: Place | undefined; limit: number },
): Promise<ListedService[]> {
  const keys = KEYS[order.grouping][order.sorting];
  const names = keys.map((_, i) => `k${i}`);
  // Found first, so that nothing is looked up for the many that do not fit.
  const query = filtered(db, filter)
    .orderByRaw(keys.join(', '))
    .limit(limit + 1)
    .select('v.id', Object.fromEntries(keys.map((key, i) => [names[i], db.raw(key)])));
  if (after) {
    // The first says it once more, since MariaDB finds nothing by an index for more than one value.
    query.whereRaw(`${keys[0]} >= ?`, after.slice(0, 1));
    query.whereRaw(`(${keys.join(', ')}) > (${keys.map(() => '?').join(', ')})`, after);
  }
  const rows: (ServiceRow & Record<string, string | number>)[] = await joined(db)
    .join(query.as('f'), 'f.id', 'v.id')
    .orderBy(names.map((name) => `f.${name}`))
    .select(serviceColumns(db), ...names.map((name) => `f.${name}`));
  return rows.map((row) => ({ ...toService(row), place: names.map((name) => row[name] as string | number) }));
}

function filtered(db: Knex, { server, state, silent, paused, q }: ServiceFilter): Knex.QueryBuilder {
  const query = db('services as v').join('servers as s', 's.id', 'v.server_id');
  if (server !== undefined) query.where('s.name', server);
  if (state !== undefined) query.where('v.state', state);
  if (silent !== undefined) query.where('v.silent', silent);
  if (paused !== undefined) query.where('v.paused', paused);
  if (q !== undefined) query.where((any) => matchAny(db, any, q));
  return query;
}

export async function findService(db: Knex, id: number): Promise<ServiceView | undefined> {
  const rows: ServiceRow[] = await joined(db).where('v.id', id).select(serviceColumns(db));
  return rows.map(toService)[0];
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

export function toService(row: ServiceRow): ServiceView {
  const { id, serverId, server, serverTitle, name, title, info, pulseReports } = row;
  const member = {
    ...row,
    silent: Boolean(row.silent),
    paused: Boolean(row.paused),
    toldState: row.toldState ?? row.state,
    toldSilent: Boolean(row.toldSilent ?? row.silent),
  };
  const status = statusOf(member, info ?? '', { ...row, reports: pulseReports });
  return { id, serverId, server, serverTitle, name, title, ...status };
}

function matchAny(db: Knex, any: Knex.QueryBuilder, part: string): void {
  for (const column of ['s.name', 'v.name', 's.title', 'v.title', 'v.reported_title'])
    any.orWhere(contains(db, column, part));
}
