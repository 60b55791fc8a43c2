import type { Report } from '@overc/protocol';
import type { ReportEntry } from '../spool/entry.ts';

/** A report whose state is any word, as a person may write it; the collector turns a strange one into UNK. */
export type OutgoingReport = Omit<Report, 'state'> & { state: string };

/** A report as an entry of `services` in the write API. */
export function entryOf(report: OutgoingReport): Omit<ReportEntry, 'at'> {
  const { service, state, info, periodSeconds, graceSeconds, title, bye, running } = report;
  return { name: service, state, info, period: periodSeconds, grace: graceSeconds, title, bye, running };
}

/** The same with the time at which it was true, UTC ms by this machine's clock. */
export function keptEntryOf(report: OutgoingReport, atMs: number): ReportEntry {
  return { ...entryOf(report), at: atMs / 1000 };
}
