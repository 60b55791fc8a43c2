/** How far a run may be put off so that it begins together with others, as a share of its period. */
const MOST_SHARE = 1 / 30;
const LONGEST_BEAT_MS = 2000;

/**
 * How much longer to wait than `pauseMs` so that runs begin together, on beats: to start a program right after another one
 * costs the monitor half as much (docs/performance.md). The beats of a long period are among those of a short one.
 *
 * @param now milliseconds on the clock that all beats are counted by
 */
export function toNextBeat(now: number, pauseMs: number, periodMs: number): number {
  const mostMs = Math.min(MOST_SHARE * periodMs, LONGEST_BEAT_MS);
  const beatMs = LONGEST_BEAT_MS / 2 ** Math.ceil(Math.log2(LONGEST_BEAT_MS / mostMs));
  const at = now + pauseMs;
  return Math.ceil(at / beatMs) * beatMs - at;
}
