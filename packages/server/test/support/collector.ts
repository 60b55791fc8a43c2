import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import request from 'supertest';
import { type App, createApp } from '../../src/app.ts';
import type { Config } from '../../src/config.ts';
import { loadConfig } from '../../src/config.ts';
import { connect } from '../../src/store/connection.ts';
import { createDatabase, KINDS, type Kind, type TestDatabase } from './databases.ts';
import { ManualClock } from './manual-clock.ts';

/** 2026-01-05, a Monday, 10:00 UTC. */
export const MORNING = Date.UTC(2026, 0, 5, 10);

export interface TestCollector {
  app: App;
  clock: ManualClock;
  config: Config;
  database: TestDatabase;
  http(): request.Agent;
  /** POSTs a status with this collector's usual server, and expects it to be stored. */
  report(services: object | object[], server?: object): Promise<void>;
  /** All rows of a table, as the database has them. */
  rows(table: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export const WEB1 = { name: 'web1', key: 'k-1234' };
const quiet = pino({ level: 'silent' });

/** A collector on a new database, with a clock that stands at {@link MORNING}, and on a free port. */
export async function startCollector(
  kind: Kind = 'SQLite',
  settings: Partial<Config> = {},
): Promise<TestCollector> {
  const database = await createDatabase(kind);
  const collector = await startOn(database, new ManualClock(MORNING), settings);
  return {
    ...collector,
    async stop() {
      await collector.stop();
      await database.remove();
    },
  };
}

/** A collector on a database that is there already; stopping it leaves the database. */
export async function startOn(
  database: TestDatabase,
  clock: ManualClock,
  settings: Partial<Config> = {},
  log: Logger = quiet,
  signEveryMs?: number,
): Promise<TestCollector> {
  const config: Config = {
    ...loadConfig({}),
    database: database.url,
    listen: { host: '127.0.0.1', port: 0 },
    secretFile: join(database.folder, 'overc.secret'),
    ...settings,
  };
  const app = createApp(config, { clock, log, ...(signEveryMs !== undefined && { signEveryMs }) });
  await app.start();
  const http = () => request(app.http) as unknown as request.Agent;
  return {
    app,
    clock,
    config,
    database,
    http,
    async report(services, server = WEB1) {
      await http()
        .post('/api/set/service/status')
        .send({ server, period: 60, services: [services].flat() })
        .expect(200, { ok: 1 });
    },
    async rows(table) {
      const db = connect(database.url);
      const rows = await db(table).select();
      await db.destroy();
      return rows;
    },
    stop: () => app.stop(),
  };
}

/** Runs the same sentences against a collector on each kind of database. */
export function onBothKinds(title: string, sentences: (kind: Kind) => void): void {
  for (const kind of KINDS) describe(`${title} (${kind})`, () => sentences(kind));
}
