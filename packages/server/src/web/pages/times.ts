import { toIso } from '../../clock.ts';

const STEPS: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** A length of time in its largest fitting unit, such as `3 min`; less than a second is `0 s`. */
export function lengthText(ms: number): string {
  for (const [unitMs, unit] of STEPS) if (ms >= unitMs) return `${Math.floor(ms / unitMs)} ${unit}`;
  return '0 s';
}

/** How a moment is shown: `text` to read, `iso` for machines and for converting to the reader's zone. */
export interface Moment {
  text: string;
  iso: string;
  utc: string;
}

/** A moment relative to now, such as `3 min ago` or `in 20 s`. */
export function relative(at: number, now: number): Moment {
  const text = at > now ? `in ${lengthText(at - now)}` : `${lengthText(now - at)} ago`;
  return { text, iso: toIso(at), utc: utcText(at) };
}

/** A moment by date and time. */
export function exact(at: number): Moment {
  return { text: utcText(at), iso: toIso(at), utc: utcText(at) };
}

/** `2026-01-31 12:00:00 UTC` */
export function utcText(at: number): string {
  return `${toIso(at).slice(0, 19).replace('T', ' ')} UTC`;
}

/** Such as `1 alert` or `3 alerts`. */
export function countText(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** `2026-01-31 12:00:00 to 12:30:00 UTC`, with the second date only when it is another. */
export function fromToText(since: number, until: number): string {
  const [from, to] = [utcText(since), utcText(until)];
  const isSameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from.slice(0, 19)} to ${isSameDay ? to.slice(11) : to}`;
}
