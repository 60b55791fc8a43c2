import { MAX_PERIOD_SECONDS, startInterval } from '@overc/protocol';
import { type CronTimes, msToNext } from '../sources/cron.ts';
import type { PluginSpec } from '../sources/spec.ts';
import { toNextBeat } from './beat.ts';

/** By when, as a share of its period, a service's next report must be on its way. */
const DUE_SHARE = 0.9;
/** What lies between the end of a run and its report's arrival, and between the time for a run and its start. */
const CRON_LAG_MS = 15_000;
/** Times that lie farther apart are not waited for, since no promise reaches farther than a year. */
const LONGEST_PAUSE_MS = 300 * 24 * 60 * 60 * 1000;
/** A run begins this much after its time, so that a timer that is a little early does not meet the same time twice. */
const AFTER_MS = 50;
/** However long its jitter and retries, a plugin is not started more often than ten times a period. */
const LEAST_SHARE = 0.1;

/** What is known when a run has ended. */
export interface Ended {
  /** How long the run took. */
  runMs: number;
  /** Milliseconds on the clock by which services begin together. */
  now: number;
  /** The wall's time, ISO 8601 in UTC. */
  wall: string;
  /** From 0 to 1, for the jitter. */
  random: number;
  maxLagMs?: number | undefined;
}

/** What a report promises, and what the monitor does about it. Times are counted from the end of the run. */
export interface Plan {
  /** The promise, whole seconds. */
  periodSeconds: number;
  /** When the next run begins. */
  pauseMs: number;
  /** When the next report must be on its way at the latest. */
  dueMs: number;
}

/** Decides about a service's next run, and the promise that it keeps. */
export function planNext(spec: PluginSpec, ended: Ended): Plan {
  const { timing } = spec;
  return timing.kind === 'cron' ? planTime(spec, timing, ended) : planPeriod(spec, timing.periodMs, ended);
}

/**
 * The promise is the period; the next run begins early enough for it and for checking again, and together with others when
 * that leaves the promise alone.
 */
function planPeriod(spec: PluginSpec, periodMs: number, { runMs, now, maxLagMs, random }: Ended): Plan {
  const againMs = spec.retries * (spec.retryPauseMs + runMs);
  const intervalMs = startInterval({ periodMs, lastRunMs: runMs, maxLagMs });
  const startMs = Math.max(intervalMs - againMs - random * spec.jitterMs, LEAST_SHARE * periodMs);
  const pauseMs = Math.max(0, startMs - runMs);
  const dueMs = DUE_SHARE * periodMs;
  const beatMs = toNextBeat(now, pauseMs, periodMs);
  const isEarlyEnough = pauseMs + beatMs + runMs + againMs <= dueMs;
  return {
    periodSeconds: periodMs / 1000,
    pauseMs: isEarlyEnough ? pauseMs + beatMs : pauseMs,
    dueMs,
  };
}

/**
 * The promise reaches to the next time of the cron expression, and as much farther as the run may then take at the most:
 * its timeout, every retry, the jitter and the way. A shorter one would raise a false alarm about a run that is only slow.
 */
function planTime(spec: PluginSpec, times: CronTimes, { wall, random, maxLagMs }: Ended): Plan {
  const toNextMs = Math.min(msToNext(times, wall) + AFTER_MS, LONGEST_PAUSE_MS);
  const patienceMs = maxLagMs ?? longestMs(spec) + CRON_LAG_MS;
  const periodSeconds = Math.ceil((toNextMs + patienceMs) / 1000);
  return {
    periodSeconds: Math.min(periodSeconds, MAX_PERIOD_SECONDS),
    pauseMs: toNextMs + random * spec.jitterMs,
    dueMs: toNextMs + patienceMs,
  };
}

function longestMs({ timeoutMs, retries, retryPauseMs, jitterMs }: PluginSpec): number {
  return jitterMs + (retries + 1) * timeoutMs + retries * retryPauseMs;
}
