import type { Report } from '@overc/protocol';
import { patienceOf } from '../core/deadline.ts';
import type { LateReport } from '../core/late.ts';
import { findKnownTimes, findNextTimes } from '../store/late.ts';
import type { Tx } from '../store/transaction.ts';
import type { Batch } from './batch.ts';
import type { Working } from './group.ts';
import { skewOf } from './skew.ts';
import type { Submission } from './submission.ts';

/** A report and when it was true, by our clock. */
export interface Entry extends LateReport {
  report: Report;
  /** The same by the sender's clock; undefined: it did not say, so it is of now. */
  saidAt: number | undefined;
}

/** A service with reports that have times of their own. */
export interface Late {
  service: Working;
  /** As it was before them. */
  before: Working['status'];
  /** Those that were not known yet, the earliest first. */
  entries: Entry[];
}

/** Whether a submission has reports with times of their own. */
export function hasTimes({ reports }: Submission): boolean {
  return reports.some(({ at }) => at !== undefined);
}

/** The reports of a submission since a time, by their services, each service's in their order; none is later than the submission. */
export function entriesOf(submission: Submission, since: number): Map<string, Entry[]> {
  const skewMs = skewOf(submission) ?? 0;
  const entries = new Map<string, Entry[]>();
  for (const report of submission.reports) {
    const at = report.at === undefined ? submission.at : Math.min(report.at + skewMs, submission.at);
    if (at < since) continue;
    const { state, info, running, bye, periodSeconds, graceSeconds = 0 } = report;
    const said = running ? undefined : { state, info };
    const deadlineAt = bye ? null : at + patienceOf({ periodSeconds, graceSeconds });
    const entry = { report, saidAt: report.at, at, said, deadlineAt };
    const ofService = entries.get(report.service);
    if (ofService) ofService.push(entry);
    else entries.set(report.service, [entry]);
  }
  for (const ofService of entries.values()) ofService.sort((a, b) => a.at - b.at);
  return entries;
}

/** Those of a service's entries that are not known yet, each with the time of the known one after it. */
export async function unknownOf(tx: Tx, batch: Batch, service: Working, entries: Entry[]): Promise<Entry[]> {
  const known = new Set(batch.late.filter((late) => late.service === service).map(({ saidAt }) => saidAt));
  const times = entries.flatMap(({ saidAt }) => saidAt ?? []);
  const id = service.stored?.id;
  if (id !== undefined) for (const time of await findKnownTimes(tx, id, times)) known.add(time);
  const fresh = entries.filter(({ saidAt }) => saidAt === undefined || !known.has(saidAt));
  const heardAt = service.status?.reportedAt ?? Number.NEGATIVE_INFINITY;
  const old = fresh.filter(({ at }) => at <= heardAt);
  if (id === undefined || old.length === 0) return fresh;
  const next = await findNextTimes(
    tx,
    id,
    old.map(({ at }) => at),
  );
  return fresh.map((entry) => ({ ...entry, nextAt: next.get(entry.at) }));
}
