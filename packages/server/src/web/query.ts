import { STATES, type State } from '@overc/protocol';
import { fromIso } from '../clock.ts';
import { SEVERITIES, type Severity } from '../core/alert.ts';
import { badRequest } from '../errors.ts';
import type { ReportPlace } from '../store/views/reports.ts';

/** A request's query as Express parses it. */
export type Query = Record<string, unknown>;

const DEFAULT_LIMIT = 100;
const MOST_LIMIT = 1000;

/** How many rows a page of a list has: `limit`, 1 to 1000, 100 unless given. */
export function readLimit(query: Query): number {
  const text = readText(query, 'limit');
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST_LIMIT)
    throw badRequest(`limit must be a whole number from 1 to ${MOST_LIMIT}`);
  return limit;
}

/** One text parameter; undefined when absent or empty. */
export function readText(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw badRequest(`${name} must be given once`);
  return value;
}

/** A time in ISO 8601, as UTC ms. */
export function readTime(query: Query, name: string): number | undefined {
  const text = readText(query, name);
  if (text === undefined) return undefined;
  const ms = fromIso(text);
  if (ms === undefined) throw badRequest(`${name} must be a time such as 2026-01-31T12:00:00Z`);
  return ms;
}

/** One of a few words; undefined when absent or empty. */
export function readChoice<Word extends string>(
  query: Query,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = readText(query, name);
  const word = words.find((word) => word === text);
  if (text !== undefined && word === undefined)
    throw badRequest(`${name} must be one of ${words.join(', ')}`);
  return word;
}

export function readState(query: Query): State | undefined {
  return readChoice(query, 'state', STATES);
}

/** What a list of alerts is filtered by. */
export interface AlertFilter {
  server: string | undefined;
  service: string | undefined;
  kind: string | undefined;
  severity: Severity | undefined;
  since: number | undefined;
}

export function readAlertFilter(query: Query): AlertFilter {
  return {
    server: readText(query, 'server'),
    service: readText(query, 'service'),
    kind: readText(query, 'kind'),
    severity: readChoice(query, 'severity', SEVERITIES),
    since: readTime(query, 'since'),
  };
}

/** `true`, `1`, `false` or `0`. */
export function readFlag(query: Query, name: string): boolean | undefined {
  const text = readText(query, name);
  if (text === undefined) return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw badRequest(`${name} must be true or false`);
}

/** A path's id: a positive whole number. Anything else names nothing that exists. */
export function readId(text: unknown): number | undefined {
  return typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** The place in a list where the page before ended, as its `next` said; `length` values. */
export function readCursor(query: Query, length: number): (string | number)[] | undefined {
  const text = readText(query, 'cursor');
  if (text === undefined) return undefined;
  let cursor: unknown;
  try {
    cursor = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    cursor = undefined;
  }
  const isOurs =
    Array.isArray(cursor) &&
    cursor.length === length &&
    cursor.every((part) => ['string', 'number'].includes(typeof part));
  if (!isOurs) throw badRequest('cursor must be the next of the page before');
  return cursor as (string | number)[];
}

/** A place in a list with the latest first: time and id. */
export function readTimePlace(query: Query): [number, number] | undefined {
  const place = readCursor(query, 2);
  return place && [Number(place[0]), Number(place[1])];
}

/** A place in the reports of a service. */
export function readReportPlace(query: Query): ReportPlace | undefined {
  return readCursor(query, 3)?.map(Number) as ReportPlace | undefined;
}

/** A page of a list: the rows asked for, and where the next page starts if there is more. */
export interface Page<Row> {
  rows: Row[];
  next?: string;
}

/** Cuts the one row more than `limit` that tells whether there is a next page, and marks the place. */
export function pageOf<Row>(
  rows: Row[],
  limit: number,
  placeOf: (last: Row) => (string | number)[],
): Page<Row> {
  if (rows.length <= limit) return { rows };
  const kept = rows.slice(0, limit);
  const place = JSON.stringify(placeOf(kept.at(-1) as Row));
  return { rows: kept, next: Buffer.from(place).toString('base64url') };
}
