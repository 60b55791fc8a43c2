export type Cancel = () => void;

/** Time as the scheduling code sees it; tests bring one that they turn by hand. */
export interface Clock {
  /** Milliseconds on a clock that never jumps. */
  now(): number;
  /** Calls `action` once, `ms` from now. The returned function takes that back. */
  after(ms: number, action: () => void): Cancel;
  /** The wall's time, milliseconds since 1970; it may be set. */
  wall(): number;
  /** The wall's time as a text, ISO 8601 in UTC. */
  timestamp(): string;
}

/** setTimeout takes no more than 2³¹ − 1 ms, 24 days, and fires at once for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after: startTimer,
  wall: () => Date.now(),
  timestamp: () => toIso(Date.now()),
};

function startTimer(ms: number, action: () => void): Cancel {
  const endsAt = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const wait = () => {
    const restMs = endsAt - performance.now();
    if (restMs <= LONGEST_TIMER_MS) timer = setTimeout(action, Math.max(0, restMs));
    else timer = setTimeout(wait, LONGEST_TIMER_MS);
  };
  wait();
  return () => clearTimeout(timer);
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });
}

/** How often somebody who waits for a time of the wall's clock looks at it. */
const LOOK_MS = 30_000;

/**
 * Waits until `ms` have passed by either clock, or `signal` aborts: the wall's may have been set, and the other one
 * stands still while a machine sleeps.
 */
export async function pauseByWall(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const endsAt = clock.now() + ms;
  const endsAtWall = clock.wall() + ms;
  while (!signal.aborted) {
    const restMs = Math.min(endsAt - clock.now(), endsAtWall - clock.wall());
    if (restMs <= 0) return;
    await pause(clock, Math.min(restMs, LOOK_MS), signal);
  }
}

/** UTC ms of a time in words, as OpenSSL prints it (`Nov 22 03:00:00 2026 GMT`); NaN for any other text. */
export function parseTime(text: string): number {
  return Date.parse(text);
}

/** Date and time, perhaps with a zone; the machine's own where none is given. */
const LOCAL_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/;

/** UTC ms of a time as a person writes it, such as `2026-01-31`, which is its beginning here; NaN for any other text. */
export function parseLocalTime(text: string): number {
  const [, date, time = '00:00', zone = ''] = LOCAL_TIME.exec(text) ?? [];
  return date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone}`);
}

/** UTC ms as ISO 8601 in UTC. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

/** A time as people read it here: on the machine's own clock, without the date when that is the one of `nowMs`. */
export function localTime(ms: number, nowMs: number): string {
  const [date, time] = localParts(ms);
  return date === localParts(nowMs)[0] ? time : `${date} ${time.slice(0, 'HH:MM'.length)}`;
}

function localParts(ms: number): [date: string, time: string] {
  const at = new Date(ms);
  const two = (number: number) => String(number).padStart(2, '0');
  return [
    `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
  ];
}
