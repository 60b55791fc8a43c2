import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import type { Member } from '../core/pulse.ts';
import { jsonLists, readJsonLists } from './dialect.ts';
import { deleteLate } from './late.ts';
import { insertForIds, type Row, savingById, statementsOf, writeRows } from './statements.ts';
import type { Tx } from './transaction.ts';

/** A service as the use cases work on it. What it said last, and until when its promise holds, is in its pulse. */
export interface Service {
  id: number;
  serverId: number;
  name: string;
  pulseId: number;
  /** Its place in the pulse's infos. */
  slot: number;
  /** The pulse that it shared before it got one of its own, and the last report in it; its earlier kept reports are there. */
  left: { pulseId: number; slot: number; at: number; report: number } | null;
  /** The title that its reports give it; people may give it another one. */
  reportedTitle: string | null;
  member: Member;
}

/** How a service is found that is named in a report. */
export type ServiceKey = [serverId: number, name: string];

// biome-ignore lint/suspicious/noExplicitAny: rows as the database gives them; toService makes them ours.
type DbRow = any;

const COLUMNS = [
  'id',
  'server_id',
  'name',
  'pulse_id',
  'slot',
  'left_pulse_id',
  'left_slot',
  'left_at',
  'left_report',
  'state',
  'period_seconds',
  'grace_seconds',
  'silent',
  'state_since',
  'since',
  'first_report',
  'running_since',
  'ended_at',
  'reported_title',
  'paused',
  'told_state',
  'told_silent',
];

/** Services by server and name, locked until the transaction ends. */
export async function loadServices(tx: Tx, services: ServiceKey[]): Promise<Service[]> {
  const found: Service[] = [];
  for (const piece of statementsOf(services)) {
    const rows: DbRow[] = await tx('services')
      .whereIn(['server_id', 'name'], piece)
      .forUpdate()
      .select(COLUMNS);
    found.push(...rows.map(toService));
  }
  return found;
}

/** Names of a server's services of which people were not told how they are, and are to be. */
export async function findUntold(tx: Tx, serverId: number): Promise<string[]> {
  const rows: { name: string }[] = await tx('services')
    .where({ server_id: serverId, paused: false })
    .where((any) => any.whereNotNull('told_state').orWhereNotNull('told_silent'))
    .select('name');
  return rows.map(({ name }) => name);
}

/** A service with what tells whether its pulse is still the same. */
export interface Sighting {
  name: string;
  slot: number;
  state: State;
  periodSeconds: number;
  graceSeconds: number;
  reportedTitle: string | null;
  pulseId: number;
  version: number;
  members: number;
  wakeAt: number | null;
}

const SIGHTING = [
  ...['v.name', 'v.slot', 'v.state', 'v.period_seconds', 'v.grace_seconds', 'v.reported_title'],
  ...['p.id', 'p.version', 'p.members', 'p.wake_at'],
];
type SightingRow = [
  ...[string, number, State, number, number, string | null],
  ...[number, number, number, number | null],
];

/**
 * All services of these servers, by server, each read together with its pulse, so that one fits the other. Left out are
 * those whose next report is to be judged, however steady it is: they have something to tell that was withheld, a run
 * of theirs is under way, or they ended. `isSighted` says the same.
 */
export function findSightings(db: Knex, serverIds: number[]): Promise<Map<number, Sighting[]>> {
  return findSightingsBy(
    db,
    ['v.server_id'],
    serverIds.map((id) => [id]),
  );
}

/** The same of single services, each by its server's id and its name. */
export function findSightingsOf(db: Knex, services: ServiceKey[]): Promise<Map<number, Sighting[]>> {
  return findSightingsBy(db, ['v.server_id', 'v.name'], services);
}

async function findSightingsBy(
  db: Knex,
  columns: string[],
  values: (number | string)[][],
): Promise<Map<number, Sighting[]>> {
  const found = new Map<number, Sighting[]>();
  for (const piece of statementsOf(values)) {
    const rows: DbRow[] = await db('services as v')
      .join('pulses as p', 'p.id', 'v.pulse_id')
      .whereIn(columns, piece)
      .where((fine) => fine.where('v.paused', true).orWhere({ 'v.told_state': null, 'v.told_silent': null }))
      .where({ 'v.running_since': null, 'v.ended_at': null })
      .groupBy('v.server_id')
      .select({ id: 'v.server_id', list: jsonLists(db, SIGHTING) });
    for (const { id, list } of rows)
      found.set(id, [...(found.get(id) ?? []), ...readJsonLists<SightingRow>(list).map(toSighting)]);
  }
  return found;
}

/** Whether a report that says the same again only renews the pulse of a service. */
export function isSighted(service: Omit<Member, 'firstReport'>): boolean {
  const { runningSince, endedAt, paused, state, toldState, silent, toldSilent } = service;
  const isTold = toldState === state && toldSilent === silent;
  return runningSince === null && endedAt === null && (paused || isTold);
}

function toSighting(row: SightingRow): Sighting {
  const [name, slot, state, periodSeconds, graceSeconds, reportedTitle, ...pulse] = row;
  const [pulseId, version, members, wakeAt] = pulse;
  return { name, slot, state, periodSeconds, graceSeconds, reportedTitle, pulseId, version, members, wakeAt };
}

/** Registers services on their first report; returns their ids in order. */
export async function insertServices(tx: Tx, services: Omit<Service, 'id'>[]): Promise<number[]> {
  return insertForIds(
    tx,
    'services',
    services.map((service) => ({
      server_id: service.serverId,
      name: service.name,
      ...changingColumns(service),
    })),
  );
}

const SAVE = savingById('services', {
  pulse_id: 'signed',
  slot: 'signed',
  left_pulse_id: 'signed',
  left_slot: 'signed',
  left_at: 'signed',
  left_report: 'signed',
  state: 'char',
  period_seconds: 'signed',
  grace_seconds: 'signed',
  silent: 'signed',
  state_since: 'signed',
  since: 'signed',
  first_report: 'signed',
  running_since: 'signed',
  ended_at: 'signed',
  reported_title: 'char',
  told_state: 'char',
  told_silent: 'signed',
});

/** Writes what changed by reports; name, title and whether it is paused stay as they are. */
export async function saveServices(tx: Tx, services: Service[]): Promise<void> {
  await writeRows(
    tx,
    SAVE,
    services.map((service) => [service.id, ...Object.values(changingColumns(service))]),
  );
}

/** In the order of SAVE's columns. */
function changingColumns({ pulseId, slot, left, reportedTitle, member }: Omit<Service, 'id'>): Row {
  return {
    pulse_id: pulseId,
    slot,
    left_pulse_id: left?.pulseId ?? null,
    left_slot: left?.slot ?? null,
    left_at: left?.at ?? null,
    left_report: left?.report ?? null,
    state: member.state,
    period_seconds: member.periodSeconds,
    grace_seconds: member.graceSeconds,
    silent: Number(member.silent),
    state_since: member.stateSince,
    since: member.since,
    first_report: member.firstReport,
    running_since: member.runningSince,
    ended_at: member.endedAt,
    reported_title: reportedTitle,
    told_state: member.toldState === member.state ? null : member.toldState,
    told_silent: member.toldSilent === member.silent ? null : Number(member.toldSilent),
  };
}

/** One service by id, locked until the transaction ends. */
export async function lockService(tx: Tx, id: number): Promise<Service | undefined> {
  const row: DbRow = await tx('services').where({ id }).forUpdate().first(COLUMNS);
  return row && toService(row);
}

/** All services of a server, locked until the transaction ends. */
export async function lockServicesOf(tx: Tx, serverId: number): Promise<Service[]> {
  const rows: DbRow[] = await tx('services').where({ server_id: serverId }).orderBy('name').forUpdate();
  return rows.map(toService);
}

/** The title that people give a service; null: the one that it reports, or its name. */
export async function saveServiceTitle(tx: Tx, id: number, title: string | null): Promise<void> {
  await tx('services').where({ id }).update({ title });
}

/** Withholds alerts of services, or does not any more; then they are known to be silent, if they are. */
export async function markPaused(tx: Tx, ids: number[], paused: boolean): Promise<void> {
  for (const piece of statementsOf(ids)) {
    await tx('services').whereIn('id', piece).update({ paused });
    if (!paused)
      await tx('services').whereIn('id', piece).where({ silent: true }).update({ told_silent: null });
  }
}

/** Removes a service with everything that is its own: spans, alerts and their deliveries. Its pulse stays. */
export async function deleteService(tx: Tx, { id, serverId, name }: Service): Promise<void> {
  const alerts = tx('alerts').where({ server_id: serverId, service: name });
  await tx('deliveries').whereIn('alert_id', alerts.clone().select('id')).delete();
  await alerts.delete();
  await tx('spans').where({ service_id: id }).delete();
  await deleteLate(tx, [id]);
  await tx('services').where({ id }).delete();
}

function toService(row: DbRow): Service {
  return {
    id: row.id,
    serverId: row.server_id,
    name: row.name,
    pulseId: row.pulse_id,
    slot: row.slot,
    left:
      row.left_pulse_id === null
        ? null
        : { pulseId: row.left_pulse_id, slot: row.left_slot, at: row.left_at, report: row.left_report },
    reportedTitle: row.reported_title,
    member: {
      state: row.state,
      periodSeconds: row.period_seconds,
      graceSeconds: row.grace_seconds,
      silent: Boolean(row.silent),
      stateSince: row.state_since,
      since: row.since,
      firstReport: row.first_report,
      runningSince: row.running_since,
      endedAt: row.ended_at,
      paused: Boolean(row.paused),
      toldState: row.told_state ?? row.state,
      toldSilent: Boolean(row.told_silent ?? row.silent),
    },
  };
}
