import { toIso } from '../clock.ts';
import { addToBacklog, type Backlog, type Trouble } from '../core/backlog.ts';
import type { NewAlert } from '../store/alerts.ts';
import { deleteBacklog, saveBacklog } from '../store/backlogs.ts';
import type { Tx } from '../store/transaction.ts';
import type { Late } from './late-entries.ts';
import type { Submission } from './submission.ts';

/**
 * Adds what late reports tell to what was gathered `before`. When no more follows, returns the one alert about all of it,
 * if it is worth one.
 */
export async function summarize(
  tx: Tx,
  serverId: number,
  before: Backlog | undefined,
  late: Late[],
  { at, more }: Submission,
): Promise<NewAlert[]> {
  let backlog = before;
  for (const { service, before, entries } of late) {
    const reports = entries.filter(({ saidAt }) => saidAt !== undefined);
    const { toldState = 'OK' } = before ?? {};
    const heard = { service: service.name, reports, toldState };
    if (reports.length > 0) backlog = addToBacklog(backlog, heard, at);
  }
  if (more && backlog) await saveBacklog(tx, serverId, backlog, !before);
  if (!more && before) await deleteBacklog(tx, serverId);
  if (more || !backlog?.isNews) return [];
  const alert = { kind: 'server/caught-up', message: summaryText(backlog), current: null };
  return [{ ...alert, at, serverId, service: null }];
}

/** Such as `Reported afterwards: 20 reports of 2 services, 2026-01-05 10:00:00 to 10:09:00 UTC; not OK meanwhile: …`. */
function summaryText({ since, until, reports, services, troubles, moreTroubles }: Backlog): string {
  const what = `${countText(reports, 'report')} of ${countText(services.length, 'service')}`;
  const told = troubles.toSorted((a, b) => a.since - b.since).map(troubleText);
  if (moreTroubles > 0) told.push(`and ${moreTroubles} more`);
  const meanwhile = told.length === 0 ? 'all OK' : `not OK meanwhile: ${told.join('; ')}`;
  return `Reported afterwards: ${what}, ${fromToText(since, until)}; ${meanwhile}`;
}

function troubleText({ service, state, since, until }: Trouble): string {
  return `${service} ${state} ${until === null ? `since ${timeText(since)}` : fromToText(since, until)}`;
}

function fromToText(since: number, until: number): string {
  return `${timeText(since)} to ${timeText(until)}`;
}

/** `2026-01-31 12:00:00 UTC` */
function timeText(at: number): string {
  return `${toIso(at).slice(0, 19).replace('T', ' ')} UTC`;
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
