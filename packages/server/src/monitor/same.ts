import { timingSafeEqual } from 'node:crypto';

/** Whether two keys, or two hashes of keys, are the same; the time it takes tells nothing about how much was right. */
export function isSame(sent: string, expected: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
