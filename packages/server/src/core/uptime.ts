import { compareStates, type State } from '@overc/protocol';
import { type Range, type Stretch, within } from './observed.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The times over which uptime is told, each drawn in so many blocks: half an hour, three hours, a day, a day, five days. */
export const UPTIME_RANGES = [
  { name: '24h', lengthMs: DAY_MS, blocks: 48 },
  { name: '7d', lengthMs: 7 * DAY_MS, blocks: 56 },
  { name: '30d', lengthMs: 30 * DAY_MS, blocks: 30 },
  { name: '90d', lengthMs: 90 * DAY_MS, blocks: 90 },
  { name: '365d', lengthMs: 365 * DAY_MS, blocks: 73 },
] as const;

/** How far back uptime looks. */
export const LONGEST_RANGE_MS = 365 * DAY_MS;

/** How a service was: its state, or silent whatever its state. */
export type Condition = State | 'silent';

/** How long a service was up and down in a range, milliseconds; the rest of it counts as not observed. */
export interface Tally extends Range {
  upMs: number;
  downMs: number;
  /** The worst that was heard in it, `UNK` included; undefined when nothing was. */
  worst: Condition | undefined;
}

export function conditionOf({ state, silent }: Pick<Stretch, 'state' | 'silent'>): Condition {
  return silent ? 'silent' : state;
}

/** Up is OK or WARN, down is ERR or silent; UNK tells neither. */
export function isUp(condition: Condition): boolean | undefined {
  if (condition === 'UNK') return undefined;
  return condition === 'OK' || condition === 'WARN';
}

/** Adds up what was observed in a range. */
export function tallyOf(observed: Stretch[], range: Range): Tally {
  const tally: Tally = { ...range, upMs: 0, downMs: 0, worst: undefined };
  for (const stretch of within(observed, range)) {
    const condition = conditionOf(stretch);
    const up = isUp(condition);
    if (up === true) tally.upMs += stretch.until - stretch.since;
    if (up === false) tally.downMs += stretch.until - stretch.since;
    tally.worst = worse(tally.worst, condition);
  }
  return tally;
}

/** The part of the observed time in which it was up, 0 to 1; undefined when nothing was observed. */
export function uptimeOf({ upMs, downMs }: Pick<Tally, 'upMs' | 'downMs'>): number | undefined {
  return upMs + downMs === 0 ? undefined : upMs / (upMs + downMs);
}

/** A range in `count` blocks of the same length, the earliest first. */
export function blocksOf(observed: Stretch[], { since, until }: Range, count: number): Tally[] {
  const edge = (i: number) => since + Math.round(((until - since) * i) / count);
  const blocks: Tally[] = [];
  let first = 0;
  for (let i = 0; i < count; i++) {
    const range = { since: edge(i), until: edge(i + 1) };
    while ((observed[first]?.until ?? Number.POSITIVE_INFINITY) <= range.since) first++;
    let last = first;
    while ((observed[last]?.since ?? Number.POSITIVE_INFINITY) < range.until) last++;
    blocks.push(tallyOf(observed.slice(first, last), range));
  }
  return blocks;
}

/** A time in which a service was down: it failed, or was not heard from. */
export interface Trouble extends Range {
  condition: 'ERR' | 'silent';
}

/** The troubles in what was observed, the latest first. One that lasted through a hole is one. */
export function troublesOf(observed: Stretch[]): Trouble[] {
  const troubles: Trouble[] = [];
  let last: Trouble | undefined;
  for (const stretch of observed) {
    const condition = conditionOf(stretch);
    if (last && last.condition === condition) last.until = stretch.until;
    else {
      last = undefined;
      if (condition === 'ERR' || condition === 'silent')
        last = { condition, since: stretch.since, until: stretch.until };
      if (last) troubles.push(last);
    }
  }
  return troubles.reverse();
}

function worse(a: Condition | undefined, b: Condition): Condition {
  return a === undefined || badness(b) > badness(a) ? b : a;
}

/** A silent service may be as bad as one that failed, but nobody has said so. */
function badness(condition: Condition): number {
  return condition === 'silent' ? compareStates('ERR', 'OK') - 0.5 : compareStates(condition, 'OK');
}
