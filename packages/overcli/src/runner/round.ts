import type { Report, State } from '@overc/protocol';
import { type Clock, pause, pauseByWall } from '../clock.ts';
import type { PluginSpec } from '../sources/spec.ts';
import type { Gate } from './gate.ts';
import { type Plan, planNext } from './plan.ts';
import type { Reading } from './reading.ts';

/** The share of its period that a run may wait for others to end. */
const WAITING_SHARE = 0.1;
/** How long one without a period may wait. */
const LONGEST_WAIT_MS = 10_000;

/** What a service's rounds need, and who hears of them. */
export interface RoundOptions {
  clock: Clock;
  gate: Gate;
  /** Runs a plugin once; undefined when the signal cut it short. */
  run: (spec: PluginSpec, signal: AbortSignal) => Promise<Reading | undefined>;
  /** From 0 to 1. */
  random: () => number;
  maxLagMs: () => number | undefined;
  /** Hears that a plugin runs. */
  onStart: (spec: PluginSpec) => void;
  /** Hears every result that counts: how long its run took, and in how many ms the next one begins. */
  onReport: (report: Report, runMs: number, nextMs: number) => void;
  /** Hears of a result that is checked again, in `pauseMs`, before it counts. */
  onDoubt: (spec: PluginSpec, reading: Reading, pauseMs: number) => void;
}

/** A result, and how long the run took that brought it. */
interface Outcome {
  reading: Reading;
  runMs: number;
}

/** One service's life until `signal` aborts. It waits for the end of each run, so a plugin never runs twice at once. */
export async function repeat(
  spec: PluginSpec,
  firstMs: number,
  options: RoundOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  await pause(clock, firstMs, signal);
  let last: State = 'OK';
  let dueAt = Number.POSITIVE_INFINITY;
  while (!signal.aborted) {
    const outcome = await check(spec, { last, dueAt }, options, signal);
    if (!outcome) continue;
    const plan = planNext(spec, {
      runMs: outcome.runMs,
      now: clock.now(),
      wall: clock.timestamp(),
      random: options.random(),
      maxLagMs: options.maxLagMs(),
    });
    options.onReport(reportOf(spec, outcome.reading, plan), outcome.runMs, plan.pauseMs);
    last = outcome.reading.state;
    dueAt = clock.now() + plan.dueMs;
    const wait = spec.timing.kind === 'cron' ? pauseByWall : pause;
    await wait(clock, plan.pauseMs, signal);
  }
}

/** What the collector is told of a result. */
export function reportOf({ service, graceSeconds, title }: PluginSpec, reading: Reading, plan: Plan): Report {
  return {
    service,
    ...reading,
    periodSeconds: plan.periodSeconds,
    ...(graceSeconds !== undefined && { graceSeconds }),
    ...(title !== undefined && { title }),
  };
}

/** Runs until a result counts: one that is OK, one that was so before, or the last that there is time for. */
async function check(
  spec: PluginSpec,
  { last, dueAt }: { last: State; dueAt: number },
  options: RoundOptions,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const { clock } = options;
  for (let retry = 0; ; retry++) {
    const outcome = await runOnce(spec, options, signal);
    if (!outcome) return undefined;
    const { reading, runMs } = outcome;
    const hasTime = clock.now() + spec.retryPauseMs + runMs <= dueAt;
    if (reading.state === 'OK' || last !== 'OK' || retry >= spec.retries || !hasTime) return outcome;
    options.onDoubt(spec, reading, spec.retryPauseMs);
    await pause(clock, spec.retryPauseMs, signal);
  }
}

async function runOnce(
  spec: PluginSpec,
  { clock, gate, run, onStart }: RoundOptions,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const leave = await gate.enter(patienceOf(spec), signal);
  try {
    if (signal.aborted) return undefined;
    onStart(spec);
    const startedAt = clock.now();
    const reading = await run(spec, signal);
    return reading && { reading, runMs: clock.now() - startedAt };
  } finally {
    leave();
  }
}

function patienceOf({ timing }: PluginSpec): number {
  if (timing.kind === 'cron') return LONGEST_WAIT_MS;
  return Math.min(WAITING_SHARE * timing.periodMs, LONGEST_WAIT_MS);
}
