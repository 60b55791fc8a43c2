import { timingSafeEqual } from 'node:crypto';

/** Whether a key, or the hash of one, is the expected one; the time it takes tells nothing about how much was right. */
export function isSame(sent: string, expected: string | Buffer): boolean {
  const a = Buffer.from(sent);
  const b = typeof expected === 'string' ? Buffer.from(expected) : expected;
  return a.length === b.length && timingSafeEqual(a, b);
}
