/** Starts to measure; the function answers the seconds since, to the microsecond. */
export function startStopwatch(): () => number {
  const startedAt = performance.now();
  return () => Math.round((performance.now() - startedAt) * 1000) / 1e6;
}

/** Seconds for people: `12 ms`, `1.25 s`. */
export function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1e6) / 1e3} ms` : `${Math.round(seconds * 100) / 100} s`;
}
