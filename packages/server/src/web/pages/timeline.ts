import { DAY_MS } from '../../clock.ts';
import { filled, type Hole, type Range, type Stretch } from '../../core/observed.ts';
import { blocksOf, type Condition, conditionOf } from '../../core/uptime.ts';
import { badRequest } from '../../errors.ts';
import { type Query, readText } from '../query.ts';
import { rangeHref } from './links.ts';
import { exact, fromToText, type Moment } from './times.ts';

/** How far back a timeline goes. */
const LENGTHS_MS = { day: DAY_MS, week: 7 * DAY_MS, quarter: 91 * DAY_MS, year: 365 * DAY_MS };
export type TimelineLength = keyof typeof LENGTHS_MS;

/** A band is so wide and so high in its own units. */
export const BAND = { width: 1000, height: 24 };
/** Of a service that changes more often, a strip is the worst of an even part of the time. */
const MOST_STRIPS = 400;
/** All the bands of a page together have no more than about so many. */
const MOST_STRIPS_AT_ONCE = 4000;
/** What lasted for a moment is still seen. */
const LEAST_WIDTH = 2;

type Look = 'none' | 'ok' | 'warn' | 'unk' | 'silent' | 'err';
const LOOKS: Record<Condition, Look> = { OK: 'ok', WARN: 'warn', UNK: 'unk', silent: 'silent', ERR: 'err' };
/** The worse, the higher, so that colour is not the only sign. */
const HEIGHTS: Record<Look, number> = { none: 4, ok: 10, warn: 15, unk: 18, silent: 21, err: BAND.height };

export interface Strip {
  x: number;
  y: number;
  width: number;
  height: number;
  look: Look;
  /** Such as `OK, silent, 2026-01-31 12:00:00 to 12:30:00 UTC`. */
  title: string;
  /** The page of the spans that it stands for. */
  href: string;
}

/** What is drawn of one service. */
export interface Band {
  name: string;
  /** The service's page; undefined on that page itself. */
  href: string | undefined;
  strips: Strip[];
}

export interface Timeline {
  since: Moment;
  until: Moment;
  lengths: { name: string; href: string; isChosen: boolean }[];
  bands: Band[];
  /** How many services have no band here. */
  left: number;
}

/** `range` of a page's query: `day` unless given. */
export function readLength(query: Query): TimelineLength {
  const length = readText(query, 'range') ?? 'day';
  if (!Object.hasOwn(LENGTHS_MS, length))
    throw badRequest(`range must be one of ${Object.keys(LENGTHS_MS).join(', ')}`);
  return length as TimelineLength;
}

export function timelineRange(length: TimelineLength, now: number): Range {
  return { since: now - LENGTHS_MS[length], until: now };
}

/** The card of a page whose address is `here`. */
export function timelineOf(
  bands: Band[],
  { here, length, now, left = 0 }: { here: string; length: TimelineLength; now: number; left?: number },
): Timeline {
  const { since, until } = timelineRange(length, now);
  const lengths = Object.keys(LENGTHS_MS).map((name) => ({
    name,
    href: withLength(here, name),
    isChosen: name === length,
  }));
  return { since: exact(since), until: exact(until), lengths, bands, left };
}

/** An address with the range put into its query, and the rest of it kept. */
function withLength(here: string, length: string): string {
  const [path, search] = here.split('?');
  const query = new URLSearchParams(search);
  query.set('range', length);
  return `${path}?${query}`;
}

/** The strips of one of `bands` bands, the worst last, so that they lie above the others. Each leads to its time on the page `path`. */
export function stripsOf(observed: Stretch[], range: Range, path: string, bands = 1): Strip[] {
  const most = Math.min(MOST_STRIPS, Math.ceil(MOST_STRIPS_AT_ONCE / bands));
  const all = filled(observed, range);
  const parts = all.length > most ? evenParts(observed, range, most) : all.map(partOf);
  return parts
    .map(({ words, look, ...part }) => ({
      ...placed(look, part, range),
      look,
      title: `${words}, ${fromToText(part.since, part.until)}`,
      href: rangeHref(path, part),
    }))
    .sort((a, b) => a.height - b.height);
}

/** A part of the time, as it looks and is called. */
interface Part extends Range {
  look: Look;
  words: string;
}

function partOf({ since, until, ...part }: Stretch | Hole): Part {
  if (part.state === null) return { since, until, look: 'none', words: 'not observed' };
  const words = part.silent ? `${part.state}, silent` : part.state;
  return { since, until, look: LOOKS[conditionOf(part)], words };
}

function evenParts(observed: Stretch[], range: Range, count: number): Part[] {
  return blocksOf(observed, range, count).map(({ since, until, worst }) =>
    worst === undefined
      ? { since, until, look: 'none', words: 'not observed' }
      : { since, until, look: LOOKS[worst], words: `${worst} at the worst` },
  );
}

function placed(look: Look, { since, until }: Range, whole: Range) {
  const place = (at: number) => ((at - whole.since) / (whole.until - whole.since)) * BAND.width;
  const width = Math.max(rounded(place(until) - place(since)), LEAST_WIDTH);
  const x = Math.min(rounded(place(since)), BAND.width - width);
  const height = HEIGHTS[look];
  return { x, y: BAND.height - height, width, height };
}

function rounded(units: number): number {
  return Math.round(units * 100) / 100;
}
