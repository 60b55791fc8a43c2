/** A stretch of time in which no collector was listening, so that reports may have been sent in vain. UTC milliseconds. */
export interface Gap {
  since: number;
  until: number;
}

/** So many gaps give a promise a fresh period before the next report; a collector that keeps failing still raises it. */
export const MOST_CREDITS = 3;

/** What the time since the last sign of life of any collector tells. */
export type Finding = { kind: 'listening' } | { kind: 'gap'; gap: Gap } | { kind: 'went back'; byMs: number };

/**
 * Whether somebody was listening between the last sign of life of any collector and `now`. A sign from the future is
 * another collector's, whose clock is ahead; unless it `stands`, and nobody signs but us: then the clock went back.
 */
export function findingAt(
  now: number,
  { at, stands }: { at: number; stands: boolean },
  longestMs: number,
): Finding {
  if (now - at > longestMs) return { kind: 'gap', gap: { since: at, until: now } };
  if (stands && at - now > longestMs) return { kind: 'went back', byMs: at - now };
  return { kind: 'listening' };
}
