import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 8000;
const GLANCE_MS = 5;

/** Waits until `fact` holds and answers its value; fails when it takes too long. */
export async function until<T>(
  what: string,
  fact: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const value = await fact();
    if (value !== undefined && value !== false) return value;
    await sleep(GLANCE_MS);
  }
  throw new Error(`Waited in vain: ${what}`);
}
