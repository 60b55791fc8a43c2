import { setMaxListeners } from 'node:events';
import { type Report, startInterval } from '@overc/protocol';
import { type Clock, pause } from '../clock.ts';
import type { PluginSpec } from '../sources/ini.ts';

export interface ScheduleOptions {
  clock: Clock;
  /** Runs a plugin once; undefined when the signal cut it short. */
  run: (spec: PluginSpec, signal: AbortSignal) => Promise<Report | undefined>;
  /** Hears every reading, with the milliseconds that the run took. */
  onReading: (reading: Report, runMs: number) => void;
  /** What to allow for running and sending, instead of a multiple of the last running time. */
  maxLagMs?: number | undefined;
}

/**
 * Runs all plugins, side by side and again and again, until `signal` aborts; resolves when the last run has ended.
 * Each starts at once, and then early enough that its next report keeps the promise of its last.
 * Rejects with the first error that escapes, once all other runs are stopped.
 */
export async function runSchedule(
  plugins: PluginSpec[],
  options: ScheduleOptions,
  signal: AbortSignal,
): Promise<void> {
  const quit = new AbortController();
  setMaxListeners(0, quit.signal); // every plugin listens, and there may be many
  const stop = () => quit.abort();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });

  const loops = plugins.map((plugin) => repeat(plugin, options, quit.signal).finally(stop));
  const ends = await Promise.allSettled(loops);
  signal.removeEventListener('abort', stop);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** One plugin's life. It waits for the end of each run, so a plugin never runs twice at once. */
async function repeat(plugin: PluginSpec, options: ScheduleOptions, signal: AbortSignal): Promise<void> {
  const { clock, run, onReading, maxLagMs } = options;
  while (!signal.aborted) {
    const startedAt = clock.now();
    const reading = await run(plugin, signal);
    const endedAt = clock.now();
    const lastRunMs = endedAt - startedAt;
    if (reading) onReading(reading, lastRunMs);
    const nextStart = startedAt + startInterval({ periodMs: plugin.periodMs, lastRunMs, maxLagMs });
    await pause(clock, Math.max(0, nextStart - endedAt), signal);
  }
}
