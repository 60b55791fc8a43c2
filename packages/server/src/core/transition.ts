import type { Report } from '@overc/protocol';
import { isOverdue, patienceOf } from './deadline.ts';
import type { Change, Event, Span, Status } from './status.ts';

/**
 * What a report received at `at` does to a service; `current` is undefined on the first one.
 * A report after the deadline finds the promise broken, whether or not the sweep came first,
 * so that the alerts depend on nothing but the reports and their times. One that was received when what was sent within
 * `behindMs` may not have been heard yet keeps a promise that was due within them: it may have been sent in time (docs/adr/0021).
 */
export function receive(current: Status | undefined, report: Report, at: number, behindMs = 0): Change {
  const reportedAt = Math.max(at, current?.reportedAt ?? at, current?.since ?? at); // never backwards, whichever collector's clock it is
  const missed = current && expire(current, reportedAt - behindMs);
  if (!missed) return take(current, report, reportedAt);
  const { next, closed, events } = take(missed.next, report, reportedAt);
  return { next, closed: [...missed.closed, ...closed], events: [...missed.events, ...events] };
}

function take(current: Status | undefined, report: Report, reportedAt: number): Change {
  const { state, info } = saidOf(current, report);
  const continues = current?.state === state && !current.silent && current.endedAt === null;
  const next: Status = {
    state,
    info,
    ...promiseOf(report, reportedAt),
    silent: false,
    stateSince: current?.state === state ? current.stateSince : reportedAt,
    since: continues ? current.since : reportedAt,
    reports: continues ? current.reports + 1 : 1,
    ...(current?.paused ? asToldTo(current) : { paused: false, toldState: state, toldSilent: false }),
  };
  if (report.running) next.toldState = current?.toldState ?? 'OK'; // what the run comes to, its end tells
  const closed = current === undefined || continues ? [] : [close(current, current.endedAt ?? reportedAt)];
  return { next, closed, events: eventsOf(current, next) };
}

/** A run that has begun leaves state and info as they were; of a first one nothing is known before its end. */
function saidOf(
  current: Status | undefined,
  { state, info, running }: Report,
): Pick<Status, 'state' | 'info'> {
  if (!running) return { state, info };
  return current ?? FIRST_RUN;
}

/** What is known of a service in its first run. */
export const FIRST_RUN = { state: 'UNK', info: 'The first run has not ended yet' } as const;

/** What a report at `reportedAt` promises. */
export function promiseOf(
  { periodSeconds, graceSeconds = 0, running, bye }: Report,
  reportedAt: number,
): Pick<Status, 'periodSeconds' | 'graceSeconds' | 'reportedAt' | 'deadlineAt' | 'runningSince' | 'endedAt'> {
  const deadlineAt = bye ? null : reportedAt + patienceOf({ periodSeconds, graceSeconds });
  const [runningSince, endedAt] = [running ? reportedAt : null, bye ? reportedAt : null];
  return { periodSeconds, graceSeconds, reportedAt, deadlineAt, runningSince, endedAt };
}

/** What people know of a service stays the same for as long as it is paused. */
function asToldTo({
  paused,
  toldState,
  toldSilent,
}: Status): Pick<Status, 'paused' | 'toldState' | 'toldSilent'> {
  return { paused, toldState, toldSilent };
}

/** What a broken promise raises. */
export const OFFLINE = { kind: 'plugin/offline', message: 'Monitoring plugin offline' };

/** What `now` does to a service whose promise is broken; undefined when it is not. The new span starts at the deadline, not when it was noticed. */
export function expire(current: Status, now: number): Change | undefined {
  if (!isOverdue(current, now)) return undefined;
  const { paused, toldSilent } = current;
  const deadlineAt = current.deadlineAt as number;
  return {
    next: { ...current, silent: true, since: deadlineAt, reports: 0, toldSilent: paused ? toldSilent : true },
    closed: [close(current, deadlineAt)],
    events: paused || toldSilent ? [] : [event(OFFLINE.kind, OFFLINE.message, current)],
  };
}

/** What the end of a pause does: of a silence that began in it nobody would hear otherwise; all else the next report tells. */
export function resume(current: Status): { next: Status; events: Event[] } {
  const { silent, toldSilent } = current;
  const next = { ...current, paused: false, toldSilent: silent || toldSilent };
  return { next, events: silent && !toldSilent ? [event(OFFLINE.kind, OFFLINE.message, current)] : [] };
}

/** The difference between what people were told and what is, so that nobody hears the end of what they never heard of. */
function eventsOf(before: Status | undefined, after: Status): Event[] {
  if (after.paused) return [];
  const events: Event[] = [];
  const wasSilent = before?.toldSilent ?? false;
  if (wasSilent && !after.silent) events.push(event('plugin/online', 'Monitoring plugin back online', after));
  const from = before?.toldState ?? '(?)';
  const isQuietStart = before === undefined && after.state === 'OK';
  if (from !== after.state && !isQuietStart && after.runningSince === null)
    events.push(event(`service:state/${after.state}`, `State changed: "${from}" -> "${after.state}"`, after));
  if (!wasSilent && after.silent) events.push(event(OFFLINE.kind, OFFLINE.message, after));
  return events;
}

/** The same for a service of which reports were heard late: it is other than people were told, whichever way it became so. */
export function catchUp(before: Status | undefined, after: Status): { next: Status; events: Event[] } {
  if (after.paused) return { next: after, events: [] };
  const toldState = after.runningSince === null ? after.state : after.toldState;
  return { next: { ...after, toldState, toldSilent: after.silent }, events: eventsOf(before, after) };
}

function event(kind: string, message: string, { state, info }: Status): Event {
  return { kind, message, current: { state, info } };
}

function close(status: Status, until: number): Span {
  const { state, silent, since, reports, info } = status;
  return { state, silent, since, until, reports, info };
}
