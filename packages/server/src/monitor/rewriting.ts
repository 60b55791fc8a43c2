import { patienceOf } from '../core/deadline.ts';
import { rewrite, stateSinceOf } from '../core/late.ts';
import type { Range } from '../core/observed.ts';
import type { Span, Status } from '../core/status.ts';
import { expire, promiseOf } from '../core/transition.ts';
import { loadSpansAfter, type StoredSpan } from '../store/history.ts';
import type { Tx } from '../store/transaction.ts';
import type { Working } from './group.ts';
import type { Entry } from './late-entries.ts';

/** Closed spans that are looked at at once; a late report concerns few of them. */
const SPANS_AT_ONCE = 64;

/**
 * Puts entries into the history of a service, the earliest first, and makes it what the newest one says when that is
 * later than its last report. What people were told stays. `backlogSince` is when a backlog begins of which these are not
 * the first: the promises of what it brought were put off until more came. Returns the times of which the entries tell.
 */
export async function rewriteHistory(
  tx: Tx,
  service: Working,
  entries: Entry[],
  backlogSince = Number.POSITIVE_INFINITY,
): Promise<Range[]> {
  if (service.status && service.status.reportedAt >= backlogSince)
    service.status = asPromised(service.status);
  const heardAt = service.status?.reportedAt ?? Number.NEGATIVE_INFINITY;
  const newer = entries.find(({ at }) => at > heardAt);
  const missed = newer && service.status && expire(service.status, newer.at);
  if (missed) {
    service.status = keepTold(service.status, missed.next);
    service.closed.push(...missed.closed);
  }
  const held: Range[] = [];
  for (let rest = entries; rest.length > 0; ) {
    const done = await rewritePart(tx, service, rest, heardAt);
    held.push(...done.held);
    rest = rest.slice(done.count);
  }
  return held;
}

/** Goes as far as the spans that are looked at reach. */
async function rewritePart(
  tx: Tx,
  service: Working,
  entries: Entry[],
  heardAt: number,
): Promise<{ held: Range[]; count: number }> {
  const from = (entries[0] as Entry).at;
  const { status, stored, dropped } = service;
  const isOver = status !== undefined && stored !== undefined && from < status.since;
  const rows = isOver ? await loadSpansAfter(tx, stored.id, from, SPANS_AT_ONCE) : [];
  const edge = rows.length < SPANS_AT_ONCE ? Number.POSITIVE_INFINITY : (rows.at(-1) as StoredSpan).until;
  const there = rows.filter(({ id }) => !dropped.includes(id));
  const isTouched = ({ until }: Span) => until > from && until <= edge;
  const spans: Span[] = [...there.map(withoutId), ...service.closed.filter(isTouched)];
  if (status && edge === Number.POSITIVE_INFINITY) spans.push(lastingSpan(status));
  // What is newer than the last report concerns what lasts, and never so many spans that that is out of sight.
  const part = entries.filter(({ at }) => at < edge && (at <= heardAt || edge === Number.POSITIVE_INFINITY));
  const before = spans.sort((a, b) => a.since - b.since);
  const after = rewrite(before, part, Math.min(heardAt, edge));
  if (edge === Number.POSITIVE_INFINITY) become(service, after.spans, part.at(-1) as Entry, heardAt);
  const closed = edge === Number.POSITIVE_INFINITY ? after.spans.slice(0, -1) : after.spans;
  const isKept = (span: Span) => closed.some((other) => isSame(span, other));
  service.dropped.push(...there.filter((row) => !isKept(row)).map(({ id }) => id));
  service.closed = [
    ...service.closed.filter((span) => !isTouched(span)),
    ...closed.filter((span) => !there.some((row) => isSame(row, span))),
  ];
  return { held: after.held, count: part.length };
}

/** Makes a service what its history now ends with. */
function become(service: Working, spans: Span[], latest: Entry, heardAt: number): void {
  const { status: before } = service;
  const last = spans.at(-1) as Span;
  const { state, silent, info, since, reports } = last;
  const promise = latest.at > heardAt ? promiseOf(latest.report, latest.at) : undefined;
  const told = { paused: false, toldState: before?.toldState ?? ('OK' as const), toldSilent: false };
  service.status = {
    ...told,
    ...(before as Status),
    ...promise,
    ...{ state, silent, info, since, reports: silent ? 0 : reports },
    stateSince: stateSinceOf(spans, before),
  };
}

/** With the deadline that its last report promised. */
function asPromised(status: Status): Status {
  const deadlineAt = status.deadlineAt === null ? null : status.reportedAt + patienceOf(status);
  return { ...status, deadlineAt };
}

function keepTold(before: Status | undefined, after: Status): Status {
  const { toldState, toldSilent } = before ?? after;
  return { ...after, toldState, toldSilent };
}

function lastingSpan({ state, silent, since, endedAt, reports, info }: Status): Span {
  return { state, silent, since, until: endedAt ?? Number.POSITIVE_INFINITY, reports, info };
}

function withoutId({ id: _, ...span }: StoredSpan): Span {
  return span;
}

function isSame(a: Span, b: Span): boolean {
  const isAlike = a.state === b.state && a.silent === b.silent && a.info === b.info;
  return isAlike && a.since === b.since && a.until === b.until && a.reports === b.reports;
}
