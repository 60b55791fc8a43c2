/** An alert within a second of its deadline is the promise; whatever holds the collector up for longer breaks it. */
export const LATE_MS = 1000;
/** The collector is on time again after a minute in which nothing held it up. */
const WINDOW_MS = 60_000;

/** That something was held up for `ms`, as noticed `at` (UTC ms). */
export interface Delay {
  at: number;
  ms: number;
}

/** The delays of the last minute, a new one included. */
export function recentDelays(delays: Delay[], latest: Delay): Delay[] {
  const isRecent = ({ at }: Delay) => at <= latest.at && latest.at - at < WINDOW_MS;
  return [...delays.filter(isRecent), latest];
}

/** The longest of some delays, milliseconds. */
export function longestMs(delays: Delay[]): number {
  return delays.reduce((longest, { ms }) => Math.max(longest, ms), 0);
}
