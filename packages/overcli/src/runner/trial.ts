import { setMaxListeners } from 'node:events';
import type { Report } from '@overc/protocol';
import type { Clock } from '../clock.ts';
import type { PluginSpec } from '../sources/spec.ts';
import { Gate, usualLimit } from './gate.ts';
import { planNext } from './plan.ts';
import { runPlugin } from './plugin.ts';
import { reportOf } from './round.ts';

/** What came of running a plugin once. */
export interface Trial {
  /** What a monitor would send. */
  report: Report;
  runMs: number;
  /** In how long a monitor would run it again. */
  nextMs: number;
}

export interface TrialOptions {
  clock: Clock;
  maxLagMs?: number | undefined;
  maxParallel?: number | undefined;
}

/**
 * Runs each plugin once as a monitor does, side by side within its limit, and checks nothing again. The answers come in the
 * order of `specs`; one is undefined when `signal` cut its run short.
 */
export function tryPlugins(
  specs: PluginSpec[],
  { clock, maxLagMs, maxParallel }: TrialOptions,
  signal: AbortSignal,
): Promise<Trial | undefined>[] {
  setMaxListeners(0, signal); // each run listens
  const gate = new Gate(clock, maxParallel ?? usualLimit());
  return specs.map(async (spec) => {
    const leave = await gate.enter(Number.POSITIVE_INFINITY, signal);
    try {
      if (signal.aborted) return undefined;
      const startedAt = clock.now();
      const reading = await runPlugin(spec, signal);
      const runMs = clock.now() - startedAt;
      if (!reading) return undefined;
      const plan = planNext(spec, { runMs, now: clock.now(), wall: clock.timestamp(), random: 0, maxLagMs });
      return { report: reportOf(spec, reading, plan), runMs, nextMs: plan.pauseMs };
    } finally {
      leave();
    }
  });
}
