import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const POLL_MS = 20;

/** Tries until `attempt` no longer throws; rejects with its last error when it never does. */
export async function eventually<T>(attempt: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(POLL_MS);
    }
  }
}
