import { isDeepStrictEqual } from 'node:util';
import { type PostedAlert, type Report, SettingsError } from '@overc/protocol';
import { type Cancel, pause } from '../../clock.ts';
import type { StopReason, Surroundings } from '../../command.ts';
import type { Connection } from '../../connection.ts';
import type { Backlog } from '../../report/backlog.ts';
import { Client } from '../../report/client.ts';
import { CollectorError, mayBeTakenLater } from '../../report/errors.ts';
import { Reporter } from '../../report/reporter.ts';
import { Gate, usualLimit } from '../../runner/gate.ts';
import { runPlugin, sweepStrays } from '../../runner/plugin.ts';
import { Schedule } from '../../runner/schedule.ts';
import { ServiceManager } from '../../runner/service-manager.ts';
import { filesBeside, type MonitorSettings } from '../../sources/ini.ts';
import { watchFiles } from '../../sources/watch.ts';
import { backlogFor } from '../backlog.ts';
import { Board } from './board.ts';
import type { Display } from './display.ts';
import { endingOf } from './ending.ts';

/** How long an ending monitor tries to send what still waits, and its last alert. */
const FAREWELL_MS = 3000;
/** How long the collector is left alone between two tries to tell it that the settings are bad. */
const COMPLAINT_PAUSE_MS = 15_000;

/** What the file says and where to report, read anew each time. Throws SettingsError. */
export type ReadSettings = () => { settings: MonitorSettings; connection: Connection };

/** Runs plugins and reports what they say, and goes by its file as it changes. */
export class Monitor {
  readonly #file: string;
  readonly #read: ReadSettings;
  readonly #surroundings: Surroundings;
  readonly #display: Display | undefined;
  readonly #ending = endingOf();
  readonly #board: Board;
  readonly #gate: Gate;
  readonly #reporter: Reporter;
  readonly #schedule: Schedule;
  readonly #manager: ServiceManager;
  #settings: MonitorSettings;
  #client: Client;
  #connection: Connection;
  #backlog: Backlog | undefined;
  /** What each service reported last. */
  readonly #last = new Map<string, Report>();
  /** What is wrong with the new settings, as long as it is. */
  #complaint: string | undefined;

  /** Throws SettingsError when there is nothing to begin with. */
  constructor(file: string, read: ReadSettings, around: Surroundings, display?: Display) {
    const surroundings = { ...around, log: display?.log ?? around.log };
    const { clock, log } = surroundings;
    const { settings, connection } = read();
    this.#file = file;
    this.#read = read;
    this.#surroundings = surroundings;
    this.#display = display;
    this.#settings = settings;
    this.#connection = connection;
    this.#client = new Client(connection, log);
    this.#backlog = this.#openBacklog();
    this.#board = new Board(clock);
    this.#gate = new Gate(clock, 1);
    this.#reporter = new Reporter({
      send: (reports, signal) => this.#client.report(reports, signal),
      backlog: () => this.#backlog,
      clock,
      log,
      random: Math.random,
      onFault: this.#ending.fault,
    });
    this.#schedule = this.#createSchedule();
    this.#manager = new ServiceManager({
      env: process.env,
      pid: process.pid,
      clock,
      log,
      status: () => this.#board.summary(),
    });
  }

  /** Resolves when it was told to stop and has. Rejects, after an alert to the collector, when an error ended it. */
  async run(): Promise<void> {
    const { listenForStop, log, clock } = this.#surroundings;
    this.#ending.follow(listenForStop(() => this.#reload()));
    const files = () => [this.#file, ...filesBeside(this.#settings)];
    const stopWatching = watchFiles(files, clock, () => this.#reload());
    this.#apply();
    log.info(`Monitoring ${this.#settings.plugins.length} services for ${this.#client.address}`);
    this.#reporter.start();
    this.#manager.ready();
    this.#display?.open(this.#board, () => this.#headline());
    await this.#ending.reached;
    this.#display?.close();
    await this.#stop(stopWatching);
  }

  #headline(): string {
    const { identity } = this.#connection;
    return `${identity.name} → ${this.#client.address}   ${this.#board.summary()}`;
  }

  async #stop(stopWatching: Cancel): Promise<void> {
    this.#surroundings.log.info('Stopping.');
    stopWatching();
    const told = this.#manager.stopping();
    await this.#schedule.close();
    sweepStrays();
    if (this.#ending.reason?.kind !== 'fault') this.#sayBye([...this.#last.keys()]);
    await this.#reporter.close(FAREWELL_MS).catch(this.#ending.fault);
    const { reason } = this.#ending;
    if (reason?.kind === 'fault') await this.#alert({ message: `overcli ${whatHappened(reason)}` });
    await this.#client.close();
    await told;
    if (reason?.kind === 'fault') throw this.#failure(reason);
  }

  #createSchedule(): Schedule {
    const { clock, log } = this.#surroundings;
    return new Schedule({
      clock,
      gate: this.#gate,
      run: runPlugin,
      random: Math.random,
      maxLagMs: () => this.#settings.maxLagMs,
      onStart: ({ service, argv, cwd }) => {
        log.debug(`${service}: starting ${argv[0]} in ${cwd}`); // its arguments may hold a password
        this.#board.started(service);
      },
      onReport: (report, runMs, nextMs) => this.#report(report, runMs, nextMs),
      onDoubt: ({ service }, { state, info }, pauseMs) => {
        log.info(`${service}: ${state}, checked again in ${pauseMs / 1000} s: ${info}`);
        this.#board.doubted(service, pauseMs);
      },
      onFault: this.#ending.fault,
    });
  }

  #report(report: Report, runMs: number, nextMs: number): void {
    const { log } = this.#surroundings;
    const { service, state, info } = report;
    log.info(`${service} ran ${Math.round(runMs)} ms: ${state} ${info}`);
    const before = this.#board.reported(report, runMs, nextMs);
    if (before !== state) log.notice(`${service}: ${before} -> ${state}: ${info.split('\n', 1)[0]}`);
    this.#last.set(service, report);
    this.#reporter.add(report);
  }

  /** Services that are no longer run end on purpose, when that is wanted. */
  #sayBye(services: string[]): void {
    for (const service of services) {
      const last = this.#last.get(service);
      this.#last.delete(service);
      if (last && this.#settings.saysBye) this.#reporter.add({ ...last, bye: true });
    }
  }

  /** Goes by the file as it is now; when it is bad, goes on as before and has the collector tell somebody. */
  #reload(): void {
    if (this.#ending.signal.aborted) return;
    this.#manager.reloading();
    try {
      const { settings, connection } = this.#read();
      this.#complaint = undefined;
      this.#settings = settings;
      this.#connect(connection);
      this.#apply();
      const runs = new Set(settings.plugins.map(({ service }) => service));
      this.#sayBye([...this.#last.keys()].filter((service) => !runs.has(service)));
      this.#surroundings.log.notice(`Read ${this.#file} anew: ${settings.plugins.length} services.`);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const message = `overcli goes on with its old settings: ${error.message}`;
      this.#surroundings.log.notice(message);
      this.#complain(message).catch(this.#ending.fault);
    }
    this.#manager.ready();
  }

  /** Tries until the collector has heard of it, or it is true no longer. */
  async #complain(message: string): Promise<void> {
    const { signal } = this.#ending;
    this.#complaint = message;
    while (this.#complaint === message && !signal.aborted && !(await this.#alert({ message })))
      await pause(this.#surroundings.clock, COMPLAINT_PAUSE_MS, signal);
  }

  #apply(): void {
    const { plugins, maxParallel } = this.#settings;
    this.#gate.most = maxParallel ?? usualLimit();
    this.#board.services = plugins.map(({ service }) => service);
    this.#schedule.set(plugins);
  }

  #connect(connection: Connection): void {
    if (!isDeepStrictEqual(connection, this.#connection)) {
      void this.#client.retire();
      this.#connection = connection;
      this.#client = new Client(connection, this.#surroundings.log);
    }
    this.#backlog = this.#openBacklog();
  }

  #openBacklog(): Backlog | undefined {
    return backlogFor(this.#connection, this.#settings, this.#client, this.#surroundings);
  }

  /** Whether that is done with: it was taken, or will never be. */
  async #alert(alert: PostedAlert): Promise<boolean> {
    try {
      await this.#client.alert([alert], AbortSignal.timeout(FAREWELL_MS));
      return true;
    } catch (failure) {
      if (!(failure instanceof CollectorError)) throw failure;
      this.#surroundings.log.notice(failure.message);
      return !mayBeTakenLater(failure);
    }
  }

  #failure(reason: StopReason & { kind: 'fault' }): Error {
    const { error } = reason;
    if (error instanceof Error) this.#surroundings.log.debug(error.stack ?? '');
    return new Error(whatHappened(reason), { cause: error });
  }
}

function whatHappened({ error }: StopReason & { kind: 'fault' }): string {
  return `monitor stopped: ${error instanceof Error ? error.message : String(error)}`.toWellFormed();
}
