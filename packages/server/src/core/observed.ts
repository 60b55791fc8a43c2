import type { Gap } from './gap.ts';
import type { Span } from './status.ts';

/** A stretch of time, UTC milliseconds; `until` is not in it. */
export interface Range {
  since: number;
  until: number;
}

/** A stretch of time in which somebody was listening, and a service's state and silence stayed the same. */
export type Stretch = Pick<Span, 'state' | 'silent' | 'since' | 'until'>;

/** A stretch of time in which nothing was observed. */
export interface Hole extends Range {
  state: null;
}

/**
 * What was observed of a service, the earliest first, without overlaps: its spans, less the gaps. Where spans overlap
 * (the clock went back), the one that began later counts.
 */
export function observedOf(spans: Stretch[], gaps: Gap[]): Stretch[] {
  const holes = [...gaps].sort((a, b) => a.since - b.since);
  const observed: Stretch[] = [];
  let first = 0;
  for (const span of apart(spans)) {
    while ((holes[first]?.until ?? Number.POSITIVE_INFINITY) <= span.since) first++;
    observed.push(...without(span, holes, first));
  }
  return observed;
}

/** Spans with the earliest first, each ended where the next begins. */
function apart(spans: Stretch[]): Stretch[] {
  const sorted = [...spans].sort((a, b) => a.since - b.since || a.until - b.until);
  return sorted
    .map((span, i) => ({ ...span, until: Math.min(span.until, sorted[i + 1]?.since ?? span.until) }))
    .filter(({ since, until }) => since < until);
}

/** A span less the holes from the `first` on, which are sorted by their beginnings. */
function without<S extends Range>(span: S, holes: Range[], first: number): S[] {
  const left: S[] = [];
  let { since } = span;
  for (let i = first; i < holes.length; i++) {
    const hole = holes[i] as Range;
    if (hole.since >= span.until) break;
    if (hole.since > since) left.push({ ...span, since, until: hole.since });
    since = Math.max(since, hole.until);
  }
  if (since < span.until) left.push({ ...span, since });
  return left;
}

/** What is left of gaps in which late reports tell how a service was after all. */
export function gapsWithout(gaps: Gap[], filled: Range[]): Gap[] {
  const sorted = [...filled].sort((a, b) => a.since - b.since);
  return gaps.flatMap((gap) => without(gap, sorted, 0));
}

/** What falls into a range, of stretches that are sorted and do not overlap. */
export function within<S extends Range>(stretches: S[], { since, until }: Range): S[] {
  return stretches
    .filter((stretch) => stretch.until > since && stretch.since < until)
    .map((stretch) => ({
      ...stretch,
      since: Math.max(stretch.since, since),
      until: Math.min(stretch.until, until),
    }));
}

/** All of a range, the earliest first: what was observed, and the holes between. */
export function filled(observed: Stretch[], range: Range): (Stretch | Hole)[] {
  const all: (Stretch | Hole)[] = [];
  let at = range.since;
  for (const stretch of within(observed, range)) {
    if (stretch.since > at) all.push({ state: null, since: at, until: stretch.since });
    all.push(stretch);
    at = stretch.until;
  }
  if (at < range.until) all.push({ state: null, since: at, until: range.until });
  return all;
}
