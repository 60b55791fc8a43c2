import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

/** Work that is done now, and again when it says or when it is woken. */
export interface Job {
  name: string;
  start(): void;
  /** Looks again at `at` (UTC ms), or at once, even if it meant to sleep longer. */
  wake(at?: number): void;
  /** Stops looking, and resolves when the work under way is done. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  name: string;
  clock: Clock;
  log: Log;
  /** Never sleeps longer than this, since another collector may have written what is due sooner. */
  longestSleepMs: number;
  /** Sleeps at least this long between two turns, so that many things that are due one after the other share a turn. */
  shortestSleepMs?: number;
  /** Does what is due at `now`; returns when to look again, undefined for: not until woken. */
  work(now: number): Promise<number | undefined>;
}

const RETRY_MS = 1000;

/** Runs `work` in turns, never two at once, asleep in between. Failing work is logged once and tried again; nothing stops the loop but `stop`. */
export function createLoop({
  name,
  clock,
  log,
  longestSleepMs,
  shortestSleepMs = 0,
  work,
}: LoopOptions): Job {
  let isStopped = true;
  let running: Promise<void> | undefined;
  let wakeAgainAt: number | undefined;
  let plannedAt = Number.POSITIVE_INFINITY;
  let isFailing = false;
  let cancel = () => {};

  function plan(at: number): void {
    cancel();
    plannedAt = at;
    cancel = clock.schedule(at, turn);
  }

  function turn(): Promise<void> {
    if (isStopped) return Promise.resolve();
    if (running) return running;
    plannedAt = Number.POSITIVE_INFINITY;
    running = oneTurn().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function oneTurn(): Promise<void> {
    wakeAgainAt = undefined;
    const now = clock.now();
    let next: number | undefined;
    try {
      next = await work(now);
      if (isFailing) log.info(`${name} works again`);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.error({ err: error }, `${name} failed and is tried again every second`);
      isFailing = true;
      next = now + RETRY_MS;
    }
    if (isStopped) return;
    const wished = Math.min(next ?? Number.POSITIVE_INFINITY, wakeAgainAt ?? Number.POSITIVE_INFINITY);
    plan(Math.max(Math.min(wished, now + longestSleepMs), now + shortestSleepMs));
  }

  return {
    name,
    start() {
      isStopped = false;
      plan(clock.now());
    },
    wake(at = clock.now()) {
      if (isStopped) return;
      if (running) wakeAgainAt = Math.min(wakeAgainAt ?? at, at);
      else if (at < plannedAt) plan(at);
    },
    async stop() {
      isStopped = true;
      cancel();
      await running;
    },
  };
}
