import { timingSafeEqual } from 'node:crypto';
import type { Identity, PostedAlert, Report } from '@overc/protocol';
import { wakeAt } from '../core/deadline.ts';
import type { Span } from '../core/status.ts';
import { receive } from '../core/transition.ts';
import { insertAlerts, type NewAlert } from '../store/alerts.ts';
import { insertReports, insertSpans, type KeptReport } from '../store/history.ts';
import { insertServers, loadServers, type Server, touchServer } from '../store/servers.ts';
import { insertServices, loadServices, type Service, saveServices } from '../store/services.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import type { Effects, MonitorDeps } from './deps.ts';

/** One POST: a server's identity, and what it reports or alerts about. A ping has neither. */
export interface Submission {
  identity: Identity;
  ip: string | null;
  /** When it was received, UTC ms. */
  at: number;
  reports: Report[];
  alerts: PostedAlert[];
}

export type Outcome = 'stored' | 'wrong-key';

/**
 * Stores a batch of submissions in one transaction, in their order; each is stored whole or refused whole.
 * Servers and services that are new are registered.
 */
export async function accept(deps: MonitorDeps, batch: Submission[]): Promise<Outcome[]> {
  const { outcomes, effects } = await transaction(deps.db, (tx) => acceptIn(tx, deps, batch));
  deps.publish(effects);
  return outcomes;
}

async function acceptIn(tx: Tx, deps: MonitorDeps, batch: Submission[]) {
  const servers = await admit(tx, deps, batch);
  const outcomes = batch.map((submission): Outcome => (servers.has(submission) ? 'stored' : 'wrong-key'));
  const admitted = batch.filter((submission) => servers.has(submission));
  const serverOf = (submission: Submission) => servers.get(submission) as Server;

  const services = await loadNamed(tx, admitted, serverOf);
  const alerts: NewAlert[] = [];
  for (const submission of admitted) {
    if (submission.reports.length === 0 || serverOf(submission).ip !== submission.ip)
      await touchServer(tx, serverOf(submission).id, submission.ip, submission.at);
    alerts.push(...apply(services, serverOf(submission), submission));
  }

  const changed = [...services.values()].filter((service) => service.reports.length > 0);
  await save(tx, deps, changed);
  await insertAlerts(tx, alerts, deps.channels);
  const wakeTimes = changed.map((service) => service.wakeAt).filter((at) => at !== null);
  const effects: Effects = {
    reports: changed.reduce((count, service) => count + service.reports.length, 0),
    alerts: alerts.length,
    wakeAt: wakeTimes.length > 0 ? wakeTimes.reduce((a, b) => Math.min(a, b)) : undefined,
  };
  return { outcomes, effects };
}

/** The server of each submission whose key is right; a new name is registered with the first key that it sends. */
async function admit(tx: Tx, { hashKey }: MonitorDeps, batch: Submission[]): Promise<Map<Submission, Server>> {
  const names = [...new Set(batch.map(({ identity }) => identity.name))];
  const known = await loadServers(tx, names);
  const fresh = new Map<string, Omit<Server, 'id'>>();
  for (const { identity, ip } of batch) {
    if (known.has(identity.name) || fresh.has(identity.name)) continue;
    fresh.set(identity.name, { name: identity.name, keyHash: hashKey(identity.name, identity.key), ip });
  }
  const at = batch[0]?.at ?? 0;
  for (const server of await insertServers(tx, [...fresh.values()], at)) known.set(server.name, server);

  const admitted = new Map<Submission, Server>();
  for (const submission of batch) {
    const { name, key } = submission.identity;
    const server = known.get(name) as Server;
    if (isSame(hashKey(name, key), server.keyHash)) admitted.set(submission, server);
  }
  return admitted;
}

/** Compares in a time that tells nothing about how much was right. */
function isSame(hash: string, stored: string): boolean {
  const [a, b] = [Buffer.from(hash), Buffer.from(stored)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A service on its way through the batch: undefined id and status until it is registered. */
interface Working {
  id: number | undefined;
  serverId: number;
  name: string;
  status: Service['status'] | undefined;
  wakeAt: number | null;
  spans: Span[];
  reports: Omit<KeptReport, 'serviceId'>[];
}

type WorkingServices = Map<string, Working>;
const keyOf = (serverId: number, name: string) => `${serverId}/${name}`;

/** Every service that the submissions name, locked, and in one order so that two collectors do not lock each other out. */
async function loadNamed(tx: Tx, batch: Submission[], serverOf: (s: Submission) => Server): Promise<WorkingServices> {
  const wanted = new Map<number, Set<string>>();
  for (const submission of batch) {
    const names = wanted.get(serverOf(submission).id) ?? new Set();
    wanted.set(serverOf(submission).id, names);
    for (const { service } of submission.reports) names.add(service);
    for (const { service } of submission.alerts) if (service !== undefined) names.add(service);
  }
  const found: WorkingServices = new Map();
  for (const serverId of [...wanted.keys()].sort((a, b) => a - b)) {
    const names = [...(wanted.get(serverId) as Set<string>)].sort();
    for (const service of await loadServices(tx, serverId, names))
      found.set(keyOf(serverId, service.name), { ...service, spans: [], reports: [] });
  }
  return found;
}

/** Applies one submission to the services in memory; returns the alerts that it raises. */
function apply(services: WorkingServices, server: Server, { reports, alerts, at }: Submission): NewAlert[] {
  const raised: NewAlert[] = [];
  for (const report of reports) {
    const key = keyOf(server.id, report.service);
    const service = services.get(key) ?? unregistered(server.id, report.service);
    services.set(key, service);
    const { next, closed, events } = receive(service.status, report, at);
    service.status = next;
    service.wakeAt = wakeAt(service.wakeAt, next);
    service.spans.push(...closed);
    service.reports.push({ at: next.reportedAt, state: next.state, info: next.info });
    for (const event of events)
      raised.push({ ...event, at: next.reportedAt, serverId: server.id, service: report.service, current: next });
  }
  for (const { message, service } of alerts) {
    const current = service === undefined ? null : (services.get(keyOf(server.id, service))?.status ?? null);
    raised.push({ kind: 'api/alert', message, at, serverId: server.id, service: service ?? null, current });
  }
  return raised;
}

function unregistered(serverId: number, name: string): Working {
  return { id: undefined, serverId, name, status: undefined, wakeAt: null, spans: [], reports: [] };
}

async function save(tx: Tx, { keepsReports }: MonitorDeps, changed: Working[]): Promise<void> {
  const asService = (service: Working) => service as Working & Service;
  const fresh = changed.filter((service) => service.id === undefined).map(asService);
  await saveServices(tx, changed.filter((service) => service.id !== undefined).map(asService));
  const ids = await insertServices(tx, fresh);
  for (const [index, service] of fresh.entries()) service.id = ids[index] as number;

  const all = changed.map(asService);
  await insertSpans(tx, all.flatMap(({ id, spans }) => spans.map((span) => ({ serviceId: id, ...span }))));
  if (keepsReports)
    await insertReports(tx, all.flatMap(({ id, reports }) => reports.map((report) => ({ serviceId: id, ...report }))));
}
