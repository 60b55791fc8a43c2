import { wakeAt } from '../core/deadline.ts';
import type { Span, Status } from '../core/status.ts';
import { receive } from '../core/transition.ts';
import type { NewAlert } from '../store/alerts.ts';
import { insertReports, insertSpans, type KeptReport } from '../store/history.ts';
import { insertServices, loadServices, type Service, saveServices } from '../store/services.ts';
import type { Tx } from '../store/transaction.ts';
import type { Admitted } from './admit.ts';
import type { Submission } from './submission.ts';

/** A service on its way through a batch; it has no id and no status until its first report is stored. */
interface Working {
  id: number | undefined;
  serverId: number;
  name: string;
  status: Status | undefined;
  wakeAt: number | null;
  closed: Span[];
  reports: Omit<KeptReport, 'serviceId'>[];
}

/** The services that a batch of submissions names, by server and name. */
export type Batch = Map<string, Working>;

const keyOf = (serverId: number, name: string) => `${serverId}/${name}`;

/** Loads and locks every service that is named, in one order, so that two collectors do not lock each other out. */
export async function loadBatch(tx: Tx, admitted: Admitted[]): Promise<Batch> {
  const namesByServer = new Map<number, Set<string>>();
  for (const { submission, server } of admitted) {
    const names = namesByServer.get(server.id) ?? new Set();
    namesByServer.set(server.id, names);
    for (const { service } of [...submission.reports, ...submission.alerts])
      if (service !== undefined) names.add(service);
  }
  const batch: Batch = new Map();
  for (const [serverId, names] of [...namesByServer].sort(([a], [b]) => a - b))
    for (const service of await loadServices(tx, serverId, [...names].sort()))
      batch.set(keyOf(serverId, service.name), { ...service, closed: [], reports: [] });
  return batch;
}

/** Ids by name of the services that a submission reported, once the batch is saved. */
export function idsOf(batch: Batch, serverId: number, { reports }: Submission): [string, number][] {
  return reports.flatMap(({ service }) => {
    const id = batch.get(keyOf(serverId, service))?.id;
    return id === undefined ? [] : [[service, id]];
  });
}

/** Applies one submission to the services in memory; returns the alerts that it raises. */
export function applySubmission(batch: Batch, { submission, server }: Admitted): NewAlert[] {
  const raised: NewAlert[] = [];
  for (const report of submission.reports) {
    const service = workingOn(batch, server.id, report.service);
    const { next, closed, events } = receive(service.status, report, submission.at);
    service.status = next;
    service.wakeAt = wakeAt(service.wakeAt, next);
    service.closed.push(...closed);
    service.reports.push({ at: next.reportedAt, state: next.state, info: next.info });
    for (const event of events)
      raised.push({ ...event, at: next.reportedAt, serverId: server.id, service: report.service });
  }
  for (const { message, service = null } of submission.alerts) {
    const current = (service !== null && batch.get(keyOf(server.id, service))?.status) || null;
    raised.push({ kind: 'api/alert', message, current, at: submission.at, serverId: server.id, service });
  }
  return raised;
}

function workingOn(batch: Batch, serverId: number, name: string): Working {
  const known = batch.get(keyOf(serverId, name));
  if (known) return known;
  const fresh = { id: undefined, serverId, name, status: undefined, wakeAt: null, closed: [], reports: [] };
  batch.set(keyOf(serverId, name), fresh);
  return fresh;
}

/** Writes what the batch changed; returns how many reports it held and the earliest time at which the sweep must look. */
export async function saveBatch(tx: Tx, batch: Batch, keepsReports: boolean) {
  const changed = [...batch.values()].filter(isReported);
  await saveServices(tx, changed.filter(isRegistered));
  const fresh = changed.filter((service) => service.id === undefined);
  const ids = await insertServices(tx, fresh);
  for (const [index, service] of fresh.entries()) service.id = ids[index];

  const rows = changed.filter(isRegistered);
  await insertSpans(
    tx,
    rows.flatMap(({ id, closed }) => closed.map((span) => ({ serviceId: id, ...span }))),
  );
  const reports = rows.flatMap(({ id, reports }) => reports.map((report) => ({ serviceId: id, ...report })));
  if (keepsReports) await insertReports(tx, reports);

  const wakeAt = rows.reduce(
    (earliest, service) => Math.min(earliest, service.wakeAt ?? earliest),
    Number.POSITIVE_INFINITY,
  );
  return { reports: reports.length, wakeAt: Number.isFinite(wakeAt) ? wakeAt : undefined };
}

type Reported = Working & { status: Status };

function isReported(service: Working): service is Reported {
  return service.reports.length > 0;
}

function isRegistered(service: Reported): service is Reported & Service {
  return service.id !== undefined;
}
