import { listFailing } from '../store/channels.ts';
import type { MonitorDeps } from './deps.ts';

/** The database is asked at most this often, however many ask us. */
const CHECK_EVERY_MS = 1000;
const PATIENCE_MS = 3000;

/** How a collector fares. */
export interface Condition {
  /** Why it cannot store, as a clause; undefined when it can. */
  problem: string | undefined;
  /** What else is wrong, as clauses. */
  warnings: string[];
}

/** Knows how the collector fares. */
export type Readiness = () => Promise<Condition>;

export interface ReadinessOptions {
  deps: MonitorDeps;
  now(): number;
  /** Writes to the database: only a write tells of a full disk. */
  sign(): Promise<void>;
  /** What is wrong with the database, going by an error; undefined when it is something else. */
  unavailability(error: unknown): string | undefined;
  /** Why the last reports could not be stored, if they could not. */
  intakeProblem(): string | undefined;
  /** What else is known to be wrong. */
  warnings(): string[];
}

export function createReadiness(options: ReadinessOptions): Readiness {
  const { deps, now, sign, unavailability, intakeProblem } = options;
  let latest: { at: number; condition: Promise<Condition> } | undefined;

  async function storingProblem(): Promise<string | undefined> {
    try {
      await sign();
      return intakeProblem();
    } catch (error) {
      return unavailability(error) ?? 'the database fails; the log says why';
    }
  }

  async function check(): Promise<Condition> {
    const problem = await Promise.race([
      storingProblem(),
      after(PATIENCE_MS, 'the database does not answer'),
    ]);
    const warnings = options.warnings();
    if (problem !== undefined) return { problem, warnings };
    const failing = await listFailing(deps.db);
    return { problem, warnings: [...warnings, ...failing.map((name) => `channel ${name} fails`)] };
  }

  return () => {
    const at = now();
    if (latest === undefined || Math.abs(at - latest.at) >= CHECK_EVERY_MS)
      latest = { at, condition: check() };
    return latest.condition;
  };
}

function after<T>(ms: number, result: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(result), ms).unref();
  });
}
