import { patienceOf } from '../core/deadline.ts';
import type { Gap } from '../core/gap.ts';
import { type Range, within } from '../core/observed.ts';
import { catchUp, expire } from '../core/transition.ts';
import type { NewAlert } from '../store/alerts.ts';
import { loadBacklog } from '../store/backlogs.ts';
import { listGaps } from '../store/gaps.ts';
import type { Tx } from '../store/transaction.ts';
import type { Admitted } from './admit.ts';
import { type Batch, beatTogether, servicesOf, workingOn } from './batch.ts';
import type { MonitorDeps } from './deps.ts';
import type { Group, Working } from './group.ts';
import { type Entry, entriesOf, type Late, unknownOf } from './late-entries.ts';
import { rewriteHistory } from './rewriting.ts';
import { summarize } from './summary.ts';

/** Most gaps into which late reports are put: the newest of them. */
const MOST_GAPS = 1000;

/**
 * Applies a submission whose reports have times of their own. Each is put into the history at its time, and the newest
 * of a service is its report as any. When no more follows, people are told what is other than they were told, and once
 * what was meanwhile. Returns these alerts.
 */
export async function applyLate(
  tx: Tx,
  batch: Batch,
  { submission, server }: Admitted,
  { keepHistoryMs }: Pick<MonitorDeps, 'keepHistoryMs'>,
): Promise<NewAlert[]> {
  const { at: now, behindMs, more = false } = submission;
  const late: Late[] = [];
  for (const [name, all] of entriesOf(submission, now - keepHistoryMs)) {
    const service = workingOn(batch, server.id, name);
    const entries = await unknownOf(tx, batch, service, all);
    if (entries.length > 0) late.push({ service, before: service.status, entries });
  }
  const backlog = await loadBacklog(tx, server.id);
  const first = Math.min(...late.map(({ entries }) => (entries[0] as Entry).at));
  const gaps = late.length === 0 ? [] : await listGaps(tx, first, now, MOST_GAPS);
  for (const one of late) {
    const held = await rewriteHistory(tx, one.service, one.entries, backlog?.since);
    batch.filled.push(...filledBy(held, gaps, now).map((part) => ({ service: one.service, ...part })));
    batch.late.push(...keptOf(one));
  }
  hearNewest(batch, late, now, more ? undefined : now - behindMs);
  const summary = await summarize(tx, server.id, backlog, late, submission);
  return more ? [] : [...tellAll(batch, server.id, late, now), ...summary];
}

/** Whether the last of a service's entries is its newest report. */
function hasNewest({ before, entries }: Late): boolean {
  return (entries.at(-1) as Entry).at > (before?.reportedAt ?? Number.NEGATIVE_INFINITY);
}

/**
 * Renews the pulses of services by their newest reports. A promise that was due by `judgedAt` is broken; while more follows,
 * undefined is given for it, and promises begin when they are heard.
 */
function hearNewest(batch: Batch, late: Late[], now: number, judgedAt: number | undefined): void {
  const byTime = new Map<number, Working[]>();
  for (const one of late.filter(hasNewest)) {
    const { at } = one.entries.at(-1) as Entry;
    const others = byTime.get(at);
    if (others) others.push(one.service);
    else byTime.set(at, [one.service]);
  }
  for (const [at, services] of [...byTime].sort(([a], [b]) => a - b)) {
    const groups = beatTogether(batch, services, at);
    if (judgedAt === undefined) for (const group of groups) promiseFrom(group, now);
    else for (const service of services) expireUntold(service, judgedAt);
  }
}

/** Has the promises of services that share a pulse run from `now`. */
function promiseFrom({ pulse, services }: Group, now: number): void {
  if (pulse.value) pulse.value.deadlineAt = now + pulse.value.patienceMs;
  for (const { status } of services)
    if (status && status.deadlineAt !== null) status.deadlineAt = now + patienceOf(status);
}

/** A promise that was broken before its report was heard is broken; people hear of it with the rest. */
function expireUntold(service: Working, now: number): void {
  const missed = service.status && expire(service.status, now);
  if (!missed) return;
  service.status = missed.next;
  service.closed.push(...missed.closed);
}

/** What of the gaps, until now, services were heard in after all. */
function filledBy(held: Range[], gaps: Gap[], now: number): Range[] {
  const filled: Range[] = [];
  for (const { since, until } of gaps.toSorted((a, b) => a.since - b.since))
    for (const part of within(held, { since, until: Math.min(until, now) })) {
      const last = filled.at(-1);
      if (last && last.until >= part.since) last.until = Math.max(last.until, part.until);
      else filled.push({ since: part.since, until: part.until });
    }
  return filled;
}

/** The newest is kept where every other report is. */
function keptOf(late: Late): Batch['late'] {
  const newest = hasNewest(late) ? late.entries.at(-1) : undefined;
  return late.entries.flatMap((entry) => {
    const { saidAt, at, said } = entry;
    if (saidAt === undefined) return [];
    return [{ service: late.service, saidAt, at, said: entry === newest ? undefined : said }];
  });
}

/** Tells what is other than people were told, also by reports that came while more followed. */
function tellAll(batch: Batch, serverId: number, late: Late[], now: number): NewAlert[] {
  const before = new Map(late.map((one) => [one.service, one.before]));
  return servicesOf(batch, serverId).flatMap((service) => {
    if (!service.status) return [];
    const told = before.has(service) ? before.get(service) : service.status;
    const { next, events } = catchUp(told, service.status);
    if (next.toldState === service.status.toldState && events.length === 0) return [];
    service.status = next;
    if (service.pulse) batch.pulses.add(service.pulse);
    return events.map((event) => ({ ...event, at: now, serverId, service: service.name }));
  });
}
