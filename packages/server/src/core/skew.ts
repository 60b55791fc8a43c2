/** A clock that is ahead by so much more than before is worth a write. */
const NEWS_AHEAD_MS = 1000;
/** One that is behind by so much more: less may be what a POST took on its way, and a busy collector has no time for that. */
const NEWS_BEHIND_MS = 5000;

/** Whether a clock is off by noticeably another time than is noted; null: nothing is. Milliseconds that it is behind. */
export function isSkewNews(notedMs: number | null, skewMs: number): boolean {
  if (notedMs === null) return true;
  return skewMs < notedMs - NEWS_AHEAD_MS || skewMs > notedMs + NEWS_BEHIND_MS;
}
