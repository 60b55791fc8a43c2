import type { CronTimes } from './cron.ts';
import type { User } from './user.ts';

/** When a plugin runs: within every period, or at the times that a cron expression names. */
export type Timing = { kind: 'period'; periodMs: number } | ({ kind: 'cron' } & CronTimes);

/** A plugin to run again and again, and the service that it tells about. */
export interface PluginSpec {
  service: string;
  /** Program and arguments. */
  argv: string[];
  cwd: string;
  timing: Timing;
  timeoutMs: number;
  /** How many times a result that is no longer OK is checked again before it counts. */
  retries: number;
  retryPauseMs: number;
  /** Up to how much a run is moved by chance. */
  jitterMs: number;
  /** What the collector is to add to the promise before it raises an alert. */
  graceSeconds?: number | undefined;
  /** What the collector's pages are to call the service. */
  title?: string | undefined;
  /** Whom to run as, when not as ourselves. */
  user?: User | undefined;
  /** How far its priority is lowered, 0 to 19. */
  nice: number;
  /** Variables beside those that we have ourselves. */
  env: Record<string, string>;
}
