import type { Knex } from 'knex';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { BadKeys } from '../intake/bad-keys.ts';
import type { Intake } from '../intake/intake.ts';
import type { Changes } from '../live/changes.ts';
import type { Streams } from '../live/streams.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ChangeDeps } from '../monitor/deps.ts';
import type { Readiness } from '../monitor/readiness.ts';

/** What the HTTP side works with. */
export interface WebDeps {
  db: Knex;
  config: Config;
  clock: Clock;
  log: Log;
  intake: Intake;
  badKeys: BadKeys;
  metrics: Metrics;
  readiness: Readiness;
  /** What the use cases of people work with. */
  monitor: ChangeDeps;
  changes: Changes;
  streams: Streams;
}
