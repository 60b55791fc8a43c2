import type { PostedAlert, Report } from '@overc/protocol';
import { memberOf, type Pulse, statusOf } from '../core/pulse.ts';
import { receive } from '../core/transition.ts';
import type { NewAlert } from '../store/alerts.ts';
import { deleteSpans, insertReports, insertSpans, type KeptReport } from '../store/history.ts';
import { type FilledGap, insertFilled, insertLate, type KeptLate } from '../store/late.ts';
import { deletePulses, insertPulses, lockPulses, type StoredPulse, savePulses } from '../store/pulses.ts';
import {
  insertServices,
  loadServices,
  type Service,
  type ServiceKey,
  saveServices,
} from '../store/services.ts';
import type { Tx } from '../store/transaction.ts';
import type { Admitted } from './admit.ts';
import { beat, type Group, groupByPulse, type Working, type WorkingPulse } from './group.ts';

/** What a batch of submissions works on: the services that it names, by server and name, and what it touches. */
export interface Batch {
  services: Map<string, Working>;
  /** Pulses that were renewed or left. */
  pulses: Set<WorkingPulse>;
  kept: (Omit<KeptReport, 'pulseId'> & { pulse: WorkingPulse })[];
  /** Reports that came with times of their own. */
  late: (Omit<KeptLate, 'serviceId'> & { service: Working })[];
  /** Of which parts of gaps they tell. */
  filled: (Omit<FilledGap, 'serviceId'> & { service: Working })[];
}

const keyOf = (serverId: number, name: string) => `${serverId}/${name}`;

/**
 * Loads and locks every service that is named, and of each server those that are `others`, in one order, so that two
 * collectors do not lock each other out.
 */
export async function loadBatch(tx: Tx, admitted: Admitted[], others: Map<number, string[]>): Promise<Batch> {
  const namesByServer = new Map<number, Set<string>>();
  for (const [serverId, names] of others) namesByServer.set(serverId, new Set(names));
  for (const { submission, server } of admitted) {
    const names = namesByServer.get(server.id) ?? new Set();
    namesByServer.set(server.id, names);
    for (const { service } of [...submission.reports, ...submission.alerts])
      if (service !== undefined) names.add(service);
  }
  const keys = [...namesByServer]
    .sort(([a], [b]) => a - b)
    .flatMap(([serverId, names]) => [...names].sort().map((name): ServiceKey => [serverId, name]));
  const services = await loadServices(tx, keys);
  const pulses = await lockPulses(tx, new Set(services.map(({ pulseId }) => pulseId)));
  const working = services.map((service) => workingOf(service, pulses.get(service.pulseId) as StoredPulse));
  return {
    services: new Map(working.map((service) => [keyOf(service.serverId, service.name), service])),
    pulses: new Set(),
    kept: [],
    late: [],
    filled: [],
  };
}

function workingOf(stored: Service, pulse: StoredPulse): Working {
  const { serverId, name, member, slot, left, reportedTitle } = stored;
  return {
    serverId,
    name,
    stored,
    reportedTitle,
    status: statusOf(member, pulse.infos[slot] ?? '', pulse.value),
    pulse,
    slot,
    left: left && { pulse: { id: left.pulseId }, slot: left.slot, at: left.at, report: left.report },
    closed: [],
    dropped: [],
  };
}

/** What the batch knows of a service, by server and name. */
export function workingIn(batch: Batch, serverId: number, name: string): Working | undefined {
  return batch.services.get(keyOf(serverId, name));
}

/** Applies one submission to the services in memory; returns the alerts that it raises, with those of `alerts`. */
export function applySubmission(
  batch: Batch,
  { submission, server }: Admitted,
  alerts: PostedAlert[],
): NewAlert[] {
  const raised: NewAlert[] = [];
  const services = submission.reports.map((report) => workingOn(batch, server.id, report.service));
  beatTogether(batch, services, submission.at, (service, index, at) => {
    const report = submission.reports[index] as Report;
    const { next, closed, events } = receive(service.status, report, at, submission.behindMs);
    service.status = next;
    service.closed.push(...closed);
    if (report.title !== undefined) service.reportedTitle = report.title || null;
    for (const event of events) raised.push({ ...event, at, serverId: server.id, service: report.service });
  });
  for (const { message, service = null } of alerts) {
    const current = (service !== null && workingIn(batch, server.id, service)?.status) || null;
    raised.push({ kind: 'api/alert', message, current, at: submission.at, serverId: server.id, service });
  }
  return raised;
}

/**
 * Renews the pulses of services that are reported together at a time, once each of them has heard of it. `hear` is told
 * which one it is and when its report counts as received. Returns the groups that share a pulse.
 */
export function beatTogether(
  batch: Batch,
  services: Working[],
  at: number,
  hear: (service: Working, index: number, at: number) => void = () => {},
): Group[] {
  for (const { pulse } of services) if (pulse) batch.pulses.add(pulse);
  const groups = groupByPulse(services, at);
  for (const [index, service] of services.entries())
    hear(service, index, (groups.get(service.pulse as WorkingPulse) as Group).at);
  for (const group of groups.values()) {
    batch.pulses.add(group.pulse);
    batch.kept.push({ pulse: group.pulse, ...beat(group) });
  }
  return [...groups.values()];
}

/** The services of a server that the batch works on. */
export function servicesOf(batch: Batch, serverId: number): Working[] {
  return [...batch.services.values()].filter((service) => service.serverId === serverId);
}

/** A service that the batch works on; it may be heard for the first time. */
export function workingOn(batch: Batch, serverId: number, name: string): Working {
  const known = workingIn(batch, serverId, name);
  if (known) return known;
  const nothing = { stored: undefined, status: undefined, pulse: undefined, slot: 0, left: null };
  const fresh = { serverId, name, ...nothing, reportedTitle: null, closed: [], dropped: [] };
  batch.services.set(keyOf(serverId, name), fresh);
  return fresh;
}

/** Writes what the batch changed; returns the earliest time at which the sweep must look. */
export async function saveBatch(tx: Tx, batch: Batch, keepsReports: boolean): Promise<number | undefined> {
  await storePulses(tx, batch.pulses);
  const reported = [...batch.services.values()].filter(({ pulse }) => pulse);
  await storeServices(tx, reported);
  const spans = reported.flatMap(({ stored, closed }) =>
    closed.map((span) => ({ serviceId: (stored as Service).id, ...span })),
  );
  await deleteSpans(
    tx,
    reported.flatMap(({ dropped }) => dropped),
  );
  await insertSpans(tx, spans);
  await insertLate(tx, batch.late.map(withServiceId));
  await insertFilled(tx, batch.filled.map(withServiceId));
  const reports = batch.kept.map(({ pulse, ...report }) => ({ pulseId: pulse.id as number, ...report }));
  if (keepsReports) await insertReports(tx, reports);
  return earliestWakeUp(batch.pulses);
}

function withServiceId<T extends { service: Working }>({ service, ...row }: T) {
  return { ...row, serviceId: (service.stored as Service).id };
}

/** Writes pulses, each in a new version, and removes those that everyone left. */
async function storePulses(tx: Tx, pulses: Set<WorkingPulse>): Promise<void> {
  const touched = [...pulses] as (WorkingPulse & { value: Pulse })[];
  for (const pulse of touched) pulse.version++;
  const fresh = touched.filter(({ id }) => id === undefined);
  await savePulses(
    tx,
    touched.filter((pulse): pulse is StoredPulse => pulse.id !== undefined),
  );
  const ids = await insertPulses(tx, fresh);
  for (const [index, pulse] of fresh.entries()) pulse.id = ids[index];
  const empty = touched.filter(({ members }) => members === 0);
  await deletePulses(
    tx,
    empty.map(({ id }) => id as number),
  );
}

async function storeServices(tx: Tx, reported: Working[]): Promise<void> {
  const fresh = reported.filter(({ stored }) => !stored);
  const rows = fresh.map(toService);
  const ids = await insertServices(tx, rows);
  const changed = reported.flatMap((working) => {
    const { stored } = working;
    const now = toService(working);
    if (!stored || isSameRow(stored, now)) return [];
    working.stored = { id: stored.id, ...now };
    return [working.stored];
  });
  await saveServices(tx, changed);
  for (const [index, working] of fresh.entries())
    working.stored = { id: ids[index] as number, ...(rows[index] as Omit<Service, 'id'>) };
}

function toService({
  serverId,
  name,
  status,
  pulse,
  slot,
  left,
  reportedTitle,
}: Working): Omit<Service, 'id'> {
  return {
    serverId,
    name,
    reportedTitle,
    pulseId: pulse?.id as number,
    slot,
    left: left && { pulseId: left.pulse.id as number, slot: left.slot, at: left.at, report: left.report },
    member: memberOf(status as NonNullable<typeof status>, pulse?.value as Pulse),
  };
}

/** Whether a service's own row stays as it is: a service that only shares a pulse with one that changed. */
function isSameRow(before: Omit<Service, 'id'>, after: Omit<Service, 'id'>): boolean {
  const fields = Object.keys(after.member) as (keyof typeof after.member)[];
  return (
    before.pulseId === after.pulseId &&
    before.reportedTitle === after.reportedTitle &&
    fields.every((field) => before.member[field] === after.member[field])
  );
}

function earliestWakeUp(pulses: Set<WorkingPulse>): number | undefined {
  let earliest: number | undefined;
  for (const { value } of pulses)
    if (value?.wakeAt != null) earliest = Math.min(earliest ?? value.wakeAt, value.wakeAt);
  return earliest;
}
