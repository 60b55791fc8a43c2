import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { type Clock, wallClock } from './clock.ts';
import type { Config } from './config.ts';
import { createBadKeys } from './intake/bad-keys.ts';
import { createIntake } from './intake/intake.ts';
import { createDeliver } from './jobs/deliver.ts';
import { createFollow } from './jobs/follow.ts';
import type { Job } from './jobs/loop.ts';
import { createPeer } from './jobs/peer.ts';
import { createPrune } from './jobs/prune.ts';
import { createRecall } from './jobs/recall.ts';
import { createSign } from './jobs/sign.ts';
import { createSweep } from './jobs/sweep.ts';
import { createWatch } from './jobs/watch.ts';
import { createChanges } from './live/changes.ts';
import { createStreams } from './live/streams.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { accept } from './monitor/accept.ts';
import type { Effects, MonitorDeps } from './monitor/deps.ts';
import { createKnown } from './monitor/known.ts';
import { createLateness } from './monitor/lateness.ts';
import { createListening } from './monitor/listening.ts';
import { createReadiness } from './monitor/readiness.ts';
import { type HashKey, openSecret } from './secret.ts';
import { connect } from './store/connection.ts';
import { batchesAtOnce, unavailability } from './store/dialect.ts';
import { migrate } from './store/migrate.ts';
import { lockSqlite } from './store/owner-lock.ts';
import { version } from './version.ts';
import { createWeb } from './web/server.ts';

/** A collector. */
export interface App {
  http: Server;
  /** Opens the database and listens. Rejects with SettingsError when the settings cannot work. */
  start(): Promise<void>;
  /** Stops listening, finishes what was accepted, gives back what it has claimed, and closes the database. */
  stop(): Promise<void>;
  /** Where it listens once started, with a slash at the end. */
  url(): string;
}

export interface AppOptions {
  clock?: Clock;
  log?: Log;
  /** How often it leaves a sign of life, milliseconds. */
  signEveryMs?: number;
}

const SIGN_EVERY_MS = 1000;
/** Nobody was listening when the last sign of life of any collector is older than so many should be. */
const MISSED_SIGNS = 2;

/** How long to wait for another collector that is letting go of the SQLite file. */
const LOCK_PATIENCE_MS = 10_000;
/**
 * What is known of services is read before it listens, but no longer than this; the rest beside the reports. Were all of it read
 * beside them, a million services at their full pace would be behind for half a minute (docs/performance.md).
 */
const READ_AHEAD_MS = 3000;
/** Requests under way get this long to end when the collector stops. */
const HTTP_PATIENCE_MS = 5_000;
/** Connections that may wait to be taken, when thousands of machines report at the full minute; who finds no place tries again only seconds later. */
const BACKLOG = 4096;
/** How soon a connection is closed after its last answer, once the collector stops. */
const IDLE_CHECK_MS = 20;

/** Puts a collector together: the only place where its parts meet. */
export function createApp(
  config: Config,
  { clock = wallClock, log = createLog(config.logLevel), signEveryMs = SIGN_EVERY_MS }: AppOptions = {},
): App {
  const db = connect(config.database);
  let hashKey: HashKey = () => {
    throw new Error('not started');
  };
  let release = () => {};

  const changes = createChanges();
  const streams = createStreams(changes);
  const deps: MonitorDeps = {
    db,
    known: createKnown((server, key) => hashKey(server, key)),
    channels: config.channels.map(({ name }) => name),
    keepsReports: config.keepReportsMs > 0,
    keepHistoryMs: config.keepHistoryMs,
    hashKey: (server, key) => hashKey(server, key),
    publish,
  };
  const self = { name: config.name ?? '', version: version() };
  const says = () => ({ ...self, changes: changes.made(), behindMs: intake.behindMs() });
  const listening = createListening({
    deps,
    now: () => clock.now(),
    says,
    longestMs: MISSED_SIGNS * signEveryMs,
  });
  const intake = createIntake({
    store: (batch) => whenReady(() => accept(deps, batch)),
    batchesAtOnce: batchesAtOnce(db),
    unavailability,
    log,
  });

  const sweep = createSweep(deps, listening, { settled: intake.settled, says }, clock, log);
  const lateness = createLateness({
    deps,
    now: () => clock.now(),
    name: () => self.name,
    take: {
      'event loop': () => clock.takeStall(),
      sweep: () => sweep.takeDelay(),
      intake: intake.behindMs,
    },
    wasGapSince: listening.wasGapSince,
  });
  const readiness = createReadiness({
    deps,
    now: () => clock.now(),
    sign: listening.sign,
    unavailability,
    intakeProblem: intake.problem,
    warnings: lateness.clauses,
  });
  const metrics = createMetrics({ waiting: intake.waiting, delays: lateness.delays });
  const http = createWeb({
    db,
    config,
    clock,
    log,
    intake,
    badKeys: createBadKeys(),
    metrics,
    readiness,
    changes,
    streams,
    monitor: deps,
  });
  const url = () => urlOf(http);

  const delivers = config.channels.map((channel) =>
    createDeliver({ deps, channel, clock, log, baseUrl: () => config.baseUrl ?? url() }),
  );
  const signing = createSign(listening, signEveryMs, clock, log);
  const recall = createRecall(deps, clock, log);
  const jobs: Job[] = [
    signing,
    sweep,
    createWatch(lateness, clock, log),
    ...delivers,
    ...config.peers.map((peer) => createPeer({ peer, name: () => self.name, readiness, clock, log })),
    createPrune(db, config, clock, log),
    recall,
    ...(config.database.kind === 'mysql' ? [createFollow(db, changes, () => self.name, clock, log)] : []),
  ];

  async function whenReady<T>(work: () => Promise<T>): Promise<T> {
    await listening.ready();
    return work();
  }

  function publish({ reports, lateMs, alerts, wakeAt, isVisible }: Effects): void {
    if (lateMs !== undefined) intake.noteLate(lateMs);
    metrics.reports.inc(reports);
    metrics.alerts.inc(alerts);
    if (wakeAt !== undefined) sweep.wake(wakeAt);
    if (alerts > 0) for (const deliver of delivers) deliver.wake();
    if (isVisible) changes.note();
  }

  async function open(): Promise<void> {
    if (config.database.kind === 'sqlite')
      ({ release } = await lockSqlite(config.database.file, LOCK_PATIENCE_MS));
    await migrate(db);
    hashKey = await openSecret(db, config.secretFile);
    await recall.readAhead(READ_AHEAD_MS);
    await listening.begin();
    await listen(http, config.listen);
    self.name ||= `${hostname()}:${(http.address() as AddressInfo).port}`;
  }

  async function close(): Promise<void> {
    await db.destroy();
    release();
  }

  return {
    http,
    url,
    async start() {
      await open().catch(async (error) => {
        await close();
        throw error;
      });
      for (const job of jobs) job.start();
      log.info(`OverC listens at ${url()}`);
    },
    async stop() {
      streams.end();
      await signing.stop();
      await closeHttp(http);
      await intake.settled();
      await Promise.all(jobs.map((job) => job.stop()));
      await close();
    },
  };
}

function listen(http: Server, { host, port }: Config['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port, host, backlog: BACKLOG }, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

function urlOf(http: Server): string {
  const { address, family, port } = http.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
}

function closeHttp(http: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => http.closeAllConnections(), HTTP_PATIENCE_MS);
    const sweeping = setInterval(() => http.closeIdleConnections(), IDLE_CHECK_MS);
    http.close(() => {
      clearTimeout(impatient);
      clearInterval(sweeping);
      resolve();
    });
  });
}
