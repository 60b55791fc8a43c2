import { availableParallelism } from 'node:os';
import type { Cancel, Clock } from '../clock.ts';

/** How many plugins run at once for each core: they wait more than they compute. */
const PLUGINS_PER_CORE = 2;

/** How many plugins run at once unless the settings say. */
export function usualLimit(): number {
  return PLUGINS_PER_CORE * availableParallelism();
}

/**
 * Lets so many in at once; the others wait in the order in which they came. Nobody waits longer than he can: then he goes
 * in all the same, since a promise is worth more than the limit.
 */
export class Gate {
  readonly #clock: Clock;
  #most: number;
  #inside = 0;
  readonly #queue = new Set<() => void>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Changes how many are let in. */
  set most(most: number) {
    this.#most = most;
    this.#letIn();
  }

  /** Resolves when there is room, when `patienceMs` are over or when `signal` aborts. Whoever came in calls the answer to leave. */
  async enter(patienceMs: number, signal: AbortSignal): Promise<() => void> {
    if (this.#inside < this.#most) this.#inside += 1;
    else await this.#wait(patienceMs, signal);
    return () => {
      this.#inside -= 1;
      this.#letIn();
    };
  }

  #wait(patienceMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const enter = () => {
        cancel();
        signal.removeEventListener('abort', enter);
        this.#queue.delete(enter);
        this.#inside += 1;
        resolve();
      };
      this.#queue.add(enter);
      cancel = this.#clock.after(patienceMs, enter);
      signal.addEventListener('abort', enter);
      if (signal.aborted) enter();
    });
  }

  #letIn(): void {
    for (const enter of this.#queue) {
      if (this.#inside >= this.#most) return;
      enter();
    }
  }
}
