import { WireError } from './errors.ts';
import { kindOf } from './json.ts';

/** Longest name, key or title, in Unicode code points. */
export const MAX_NAME_LENGTH = 255;
/** Longest reporting period: a year of 365 days, in seconds. */
export const MAX_PERIOD_SECONDS = 365 * 24 * 60 * 60;

export function parseText(value: unknown, path: string): string {
  if (value === undefined) throw new WireError(path, 'is missing');
  if (typeof value !== 'string') throw new WireError(path, `must be a string, not ${kindOf(value)}`);
  if (!value.isWellFormed()) throw new WireError(path, 'holds half of a surrogate pair');
  return value;
}

export function parseName(value: unknown, path: string): string {
  const name = parseTitle(value, path);
  if (name === '') throw new WireError(path, 'is empty');
  return name;
}

/** As long as a name at the most, and perhaps empty. */
export function parseTitle(value: unknown, path: string): string {
  const name = parseText(value, path);
  if (isLongerThan(name, MAX_NAME_LENGTH))
    throw new WireError(path, `is longer than ${MAX_NAME_LENGTH} characters`);
  return name;
}

/** Counts code points only where the cheap count of UTF-16 units cannot tell. */
function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || [...text].length > limit;
}

/** Whole seconds from `least` to a year. The original client sends digits as a string, so both are taken. */
export function parseSeconds(value: unknown, path: string, least: number): number {
  const seconds = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' && typeof seconds !== 'string')
    throw new WireError(path, `must be a whole number of seconds, not ${kindOf(value)}`);
  if (
    typeof seconds === 'string' ||
    !Number.isInteger(seconds) ||
    seconds < least ||
    seconds > MAX_PERIOD_SECONDS
  )
    throw new WireError(
      path,
      `must be a whole number of seconds from ${least} to ${MAX_PERIOD_SECONDS} (a year)`,
    );
  return seconds;
}

/** True or false, also as 1 or 0, and that as a digit; what is left out is false. */
export function parseFlag(value: unknown, path: string): boolean {
  if (value === undefined || value === false || value === 0 || value === '0') return false;
  if (value === true || value === 1 || value === '1') return true;
  throw new WireError(path, 'must be true or false');
}

/** The last second of the year 9999; whoever sends milliseconds is far beyond it. */
const MAX_UNIX_SECONDS = 253_402_300_799;
const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))$/;

/** UTC milliseconds of an ISO 8601 time with a zone; undefined when it is none. */
function fromIso(text: string): number | undefined {
  const parts = ISO_TIME.exec(text);
  if (!parts) return undefined;
  const number = (place: number) => Number(parts[place] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(number) as [
    ...[number, number, number],
    ...[number, number, number],
  ];
  const isClock = hour < 24 && minute < 60 && second < 60 && number(9) < 24 && number(10) < 60;
  const midnight = Date.UTC(year, month - 1, day);
  const isDay = month >= 1 && month <= 12 && day >= 1 && midnight < Date.UTC(year, month, 1);
  if (!isClock || !isDay) return undefined;
  const seconds = hour * 3600 + minute * 60 + second + Number(`0.${parts[7] ?? 0}`);
  const aheadMs = (parts[8] === '-' ? -1 : 1) * (number(9) * 60 + number(10)) * 60_000;
  return midnight + Math.round(seconds * 1000) - aheadMs;
}

/** A time as UTC milliseconds: Unix seconds, perhaps with a fraction or as digits, or ISO 8601 with a zone. */
export function parseTime(value: unknown, path: string): number {
  const isDigits = typeof value === 'string' && /^\d{1,12}(\.\d{1,9})?$/.test(value);
  const seconds = isDigits ? Number(value) : value;
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_UNIX_SECONDS)
    return Math.round(seconds * 1000);
  const ms = typeof value === 'string' ? fromIso(value) : undefined;
  if (ms !== undefined) return ms;
  throw new WireError(
    path,
    'must be a time: seconds since 1970 UTC, or ISO 8601 with a zone such as 2026-01-31T12:00:00Z',
  );
}
