import { DAY_MS } from '../../clock.ts';
import type { StatusConfig } from '../../config.ts';
import type { Range, Stretch } from '../../core/observed.ts';
import {
  type Condition,
  isUp,
  type Tally,
  type Trouble,
  tallyOf,
  troublesOf,
  uptimeOf,
} from '../../core/uptime.ts';
import { exact, lengthText, type Moment } from './times.ts';
import { type Bar, barOf } from './uptime.ts';

/** How long the public's uptime looks back, in blocks of a day. */
const UPTIME_DAYS = 90;
export const PUBLIC_RANGE_MS = UPTIME_DAYS * DAY_MS;
/** How far back troubles are told of, and how many of one service. */
const TROUBLES_MS = 14 * DAY_MS;
const MOST_TROUBLES = 20;

/** What is known of a service on a public page; undefined when it has not reported. */
export type Known = { condition: Condition; observed: Stretch[] } | undefined;

export type Look = 'green' | 'yellow' | 'red' | 'secondary';

export interface PublicTrouble {
  what: string;
  since: Moment;
  /** Undefined while it lasts. */
  until: Moment | undefined;
  length: string;
}

export interface PublicEntry {
  name: string;
  badge: { word: string; look: Look };
  isUp: boolean | undefined;
  bar: Bar;
  /** 0 to 1; undefined when nothing was observed. */
  uptime: number | undefined;
  troubles: PublicTrouble[];
  /** How many more troubles there were. */
  more: number;
}

/** A page for the public. It holds nothing that is not meant for it. */
export interface PublicStatus {
  title: string;
  sentence: string;
  look: Look;
  isUp: boolean | undefined;
  /** Of all entries together; undefined when nothing was observed. */
  uptime: number | undefined;
  entries: PublicEntry[];
}

const WORDS: Record<Condition, string> = {
  OK: 'working',
  WARN: 'working, with a warning',
  ERR: 'failing',
  silent: 'not heard from',
  UNK: 'unknown',
};
const LOOKS: Record<Condition, Look> = {
  OK: 'green',
  WARN: 'yellow',
  ERR: 'red',
  silent: 'red',
  UNK: 'secondary',
};
const TROUBLE_WORDS: Record<Trouble['condition'], string> = { ERR: 'failed', silent: 'not heard from' };

/** The page, of what is known of each of its entries, in their order. */
export function publicStatus({ title, entries }: StatusConfig, known: Known[], now: number): PublicStatus {
  const range = { since: now - PUBLIC_RANGE_MS, until: now };
  const tallies = known.map((one) => tallyOf(one?.observed ?? [], range));
  const shown = entries.map(({ name }, i) => publicEntry(name, known[i], range));
  return { title, ...overall(shown), uptime: uptimeOf(sumOf(tallies)), entries: shown };
}

function publicEntry(name: string, known: Known, range: Range): PublicEntry {
  const observed = known?.observed ?? [];
  const troubles = troublesOf(observed).filter(({ until }) => until > range.until - TROUBLES_MS);
  // One that reaches until now may be over since this moment.
  const lasts = ({ condition, until }: Trouble) => until === range.until && condition === known?.condition;
  return {
    name,
    badge: known
      ? { word: WORDS[known.condition], look: LOOKS[known.condition] }
      : { word: 'not observed', look: 'secondary' },
    isUp: known && isUp(known.condition),
    bar: barOf(observed, range, UPTIME_DAYS, `${UPTIME_DAYS} days`),
    uptime: uptimeOf(tallyOf(observed, range)),
    troubles: troubles.slice(0, MOST_TROUBLES).map((trouble) => publicTrouble(trouble, lasts(trouble))),
    more: Math.max(troubles.length - MOST_TROUBLES, 0),
  };
}

function publicTrouble({ condition, since, until }: Trouble, lasts: boolean): PublicTrouble {
  return {
    what: TROUBLE_WORDS[condition],
    since: exact(since),
    until: lasts ? undefined : exact(until),
    length: lengthText(until - since),
  };
}

/** One entry down is trouble; what is not known is no trouble, and no proof that there is none. */
function overall(entries: PublicEntry[]): Pick<PublicStatus, 'sentence' | 'look' | 'isUp'> {
  const of = (isUp: boolean | undefined) => entries.filter((entry) => entry.isUp === isUp).length;
  const [down, unknown, all] = [of(false), of(undefined), entries.length];
  if (down > 0)
    return { sentence: `${down} of ${all} ${down === 1 ? 'has' : 'have'} trouble`, look: 'red', isUp: false };
  if (unknown === all) return { sentence: 'Nothing is known', look: 'secondary', isUp: undefined };
  if (unknown > 0)
    return { sentence: `No trouble is known; ${unknown} of ${all} not observed`, look: 'yellow', isUp: true };
  return { sentence: 'All is well', look: 'green', isUp: true };
}

function sumOf(tallies: Tally[]): { upMs: number; downMs: number } {
  const sum = { upMs: 0, downMs: 0 };
  for (const { upMs, downMs } of tallies) {
    sum.upMs += upMs;
    sum.downMs += downMs;
  }
  return sum;
}
