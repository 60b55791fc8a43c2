/** A clock that is off by so much more or less than before is worth a write; what a POST takes on its way is not. */
const NEWS_MS = 1000;

/** Whether a clock is off by noticeably another time than is noted; null: nothing is. Milliseconds. */
export function isSkewNews(notedMs: number | null, skewMs: number): boolean {
  return notedMs === null || Math.abs(skewMs - notedMs) > NEWS_MS;
}
