/** The share of its period that a service may use before it must have reported; the rest is for the way to the collector. */
const USABLE_SHARE = 0.8;
/** How many times its last running time a plugin is given ahead. */
const RUN_TIME_ALLOWANCE = 3;
/** However slow it was, a plugin is not started more often than ten times a period. */
const LEAST_SHARE = 0.1;

export interface Pace {
  periodMs: number;
  /** How long the plugin ran last time; 0 before its first run. */
  lastRunMs: number;
  /** What to allow for running and sending instead of a multiple of the last running time. */
  maxLagMs?: number | undefined;
}

/**
 * Milliseconds from one start of a plugin to its next, early enough that the report keeps the promise:
 * 0.8 × period − (max-lag, or 3 × the last running time), but no less than a tenth of the period.
 * Source: the original OverC client's supervisor.
 */
export function startInterval({ periodMs, lastRunMs, maxLagMs }: Pace): number {
  const allowance = maxLagMs ?? RUN_TIME_ALLOWANCE * lastRunMs;
  return Math.max(USABLE_SHARE * periodMs - allowance, LEAST_SHARE * periodMs);
}
