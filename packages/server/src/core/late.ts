import type { State } from '@overc/protocol';
import type { Range } from './observed.ts';
import type { Span, Status } from './status.ts';
import { FIRST_RUN } from './transition.ts';

/** A report that is heard long after it was true. Times are UTC ms. */
export interface LateReport {
  at: number;
  /** Undefined for a run that had begun: state and info stayed what they were. */
  said: { state: State; info: string } | undefined;
  /** When its promise was broken, unless another report came; null: it ended on purpose. */
  deadlineAt: number | null;
  /** When another report came that is known already, as far as one is. */
  nextAt?: number | undefined;
}

/** A history with late reports in it. */
export interface Rewritten {
  spans: Span[];
  /** In which of its time late reports say how the service was, whether or not a collector was listening. */
  held: Range[];
}

/**
 * Puts late reports into a service's `spans`; both have the earliest first. Until `heardAt`, the last report that was
 * heard in its time, the spans tell what others said; nothing was heard after it. A late report holds until the next
 * report or its deadline. From there on the service was silent, unless the spans say that it was heard. The last span may
 * be open (until Infinity); a late report after which there is no other one leaves it so, and whether its promise is
 * broken is yet to be judged.
 */
export function rewrite(spans: Span[], lates: LateReport[], heardAt: number): Rewritten {
  const held: Range[] = [];
  const over: Span[] = [];
  let open = spans;
  for (const [index, late] of lates.entries()) {
    over.push(...open.filter(({ until }) => until <= late.at));
    open = open.filter(({ until }) => until > late.at);
    const following = [lates[index + 1]?.at, late.nextAt].map((at) => at ?? Number.POSITIVE_INFINITY);
    const next = Math.min(...following, nextHeard(spans, late.at, heardAt));
    const until = Math.min(late.deadlineAt ?? late.at, next);
    if (late.at < until) held.push({ since: late.at, until });
    const before = open.findLast(({ since }) => since < late.at) ?? over.at(-1);
    const hold = { since: late.at, until: next === Number.POSITIVE_INFINITY ? next : until };
    open = put(open, { ...late, said: late.said ?? before ?? FIRST_RUN }, hold, next, heardAt);
  }
  return { spans: joined([...over, ...open]), held };
}

/** When the service was next heard in its time, as far as the history tells: not each report has left a trace there. */
function nextHeard(spans: Span[], at: number, heardAt: number): number {
  const next = spans.find(({ since, silent, reports }) => since >= at && !silent && reports > 0);
  const last = heardAt >= at ? heardAt : Number.POSITIVE_INFINITY;
  return Math.min(next?.since ?? Number.POSITIVE_INFINITY, last);
}

/** Puts a late report into the time that it held, and its silence into what is left until the `next` report. */
function put(
  spans: Span[],
  { at, said: { state, info }, deadlineAt }: LateReport & { said: { state: State; info: string } },
  hold: Range,
  next: number,
  heardAt: number,
): Span[] {
  // A span in which others were heard gives way only to what the report holds; after the last one nothing was heard.
  const end = at > heardAt ? Number.POSITIVE_INFINITY : next;
  const isHeard = ({ silent }: Span) => !silent && at <= heardAt;
  const result = spans.flatMap((span) =>
    outside(span, { since: at, until: isHeard(span) ? hold.until : end }),
  );
  if (at < hold.until) result.push({ state, info, silent: false, reports: 1, ...hold });
  const silence = { state, info, silent: true, reports: 0 };
  if (deadlineAt !== null)
    result.push(...holesIn(result, hold.until, next).map((hole) => ({ ...silence, ...hole })));
  return result.sort((a, b) => a.since - b.since);
}

/** What is left of a span outside of a range. Of its reports one counts for the part after it, where there is such. */
function outside(span: Span, { since, until }: Range): Span[] {
  if (span.until <= since || span.since >= until || since >= until) return [span];
  const parts: Span[] = [];
  const after = span.until > until ? Math.min(span.reports, 1) : 0;
  if (span.since < since) parts.push({ ...span, until: since, reports: span.reports - after });
  if (span.until > until)
    parts.push({ ...span, since: until, reports: span.since < since ? after : span.reports });
  return parts;
}

/** What of a range no span tells of. */
function holesIn(spans: Span[], from: number, until: number): Range[] {
  const holes: Range[] = [];
  let since = from;
  for (const span of [...spans].sort((a, b) => a.since - b.since)) {
    if (span.until <= since || span.since >= until) continue;
    if (span.since > since) holes.push({ since, until: span.since });
    since = Math.max(since, span.until);
  }
  if (since < until) holes.push({ since, until });
  return holes;
}

/** Spans that touch and are alike, as one. */
function joined(spans: Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last && last.until === span.since && last.state === span.state && last.silent === span.silent)
      result[result.length - 1] = {
        ...span,
        since: last.since,
        reports: last.reports + span.reports,
      };
    else result.push(span);
  }
  return result;
}

/** Since when the state is as the last of `spans` says, silent or not; `before` is what was known before they were rewritten. */
export function stateSinceOf(spans: Span[], before: Status | undefined): number {
  const last = spans.at(-1) as Span;
  const other = spans.findLastIndex(({ state }) => state !== last.state);
  const since = (spans[other + 1] as Span).since;
  return other < 0 && before?.state === last.state ? Math.min(since, before.stateSince) : since;
}
