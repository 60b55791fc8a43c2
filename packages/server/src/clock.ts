import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** The only place that knows the wall. Everything else is told the time, so that tests can tell it another. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Runs `task` when `now()` has reached `at`; the returned function takes it back. */
  schedule(at: number, task: () => Promise<void>): () => void;
  /** How long everything stood still at the most since this was last asked, milliseconds. */
  takeStall(): number;
}

export const DAY_MS = 86_400_000;

/** setTimeout cannot wait longer than this. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const wallClock: Clock = {
  now: () => Date.now(),
  schedule(at, task) {
    const delay = Math.min(Math.max(at - Date.now(), 0), LONGEST_TIMEOUT_MS);
    const timer = setTimeout(() => void task(), delay);
    return () => clearTimeout(timer);
  },
  takeStall() {
    heartbeat ??= startHeartbeat();
    const ms = heartbeat.max / NS_PER_MS - HEARTBEAT_MS;
    heartbeat.reset();
    return Math.max(ms, 0);
  },
};

const NS_PER_MS = 1e6;
/** How often the event loop is to show that it goes on; the time between two of these is measured. */
const HEARTBEAT_MS = 100;
let heartbeat: IntervalHistogram | undefined;

function startHeartbeat(): IntervalHistogram {
  const started = monitorEventLoopDelay({ resolution: HEARTBEAT_MS });
  started.enable();
  return started;
}

/** `ms` as ISO 8601 in UTC with milliseconds. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

/** As {@link toIso}, for a time that may be absent. */
export function toIsoOrNull(ms: number | null): string | null {
  return ms === null ? null : toIso(ms);
}

/** Milliseconds of an ISO 8601 time; one without a zone is UTC. Undefined when it is none. */
export function fromIso(text: string): number | undefined {
  const match = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (!match) return undefined;
  const ms = Date.parse(match[1] && !match[4] ? `${text}Z` : text);
  return Number.isNaN(ms) ? undefined : ms;
}
