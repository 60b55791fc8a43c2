import type { Report } from '@overc/protocol';
import type { Cancel, Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Backlog } from './backlog.ts';
import { CollectorError, mayBeTakenLater } from './errors.ts';
import { keptEntryOf } from './outgoing.ts';
import { retryDelay } from './retry.ts';
import { type Reading, Waiting } from './waiting.ts';

/**
 * How long a report waits for others to share its POST, as a share of its period. It delays all reports of a service alike,
 * so it costs no promise anything.
 */
const GATHER_SHARE = 0.01;
const LEAST_GATHER_MS = 50;
const MOST_GATHER_MS = 1000;

export interface ReporterOptions {
  /** Delivers readings in one POST; throws CollectorError. */
  send: (readings: Report[], signal: AbortSignal) => Promise<void>;
  /** Where readings are kept that are late; undefined where nothing is kept. */
  backlog: () => Backlog | undefined;
  clock: Clock;
  log: Log;
  /** From 0 to 1, for the jitter. */
  random: () => number;
  /** Hears of an error that is not the collector's. */
  onFault: (error: unknown) => void;
}

/** What came of a turn: what waits may follow at once, or after a pause, or there is nothing. */
type Turn = 'again' | 'failed' | 'idle';

/**
 * Gathers readings and sends what has gathered in one POST at a time. What cannot be delivered soon is kept in the backlog
 * with its own time, and so is one that still waits when a newer one of its service comes: memory stays bounded by the
 * number of services, however long the collector is away. Without a backlog the newest of each service waits here.
 */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #waiting: Waiting;
  #timer: Cancel | undefined;
  #sendsAt = 0;
  #sending: Promise<Turn> | undefined;
  /** Cuts the POST that is on its way. */
  #flight = new AbortController();
  #failures = 0;
  #retryAfterMs: number | undefined;
  #lastFailure = '';
  #mostAtOnce = Number.POSITIVE_INFINITY;
  #isClosing = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#waiting = new Waiting(options.clock);
  }

  /** Begins with what is kept from earlier. */
  start(): void {
    if (!this.#timer && !this.#sending) this.#sendAfter(LEAST_GATHER_MS);
  }

  /** Takes a reading; it is sent soon, together with others. */
  add(report: Report): void {
    const { clock } = this.#options;
    this.#waiting.add(report, this.#hasBacklog);
    if (this.#sending || this.#isClosing || this.#failures > 0) return;
    const gatherMs = gatherTime(report);
    if (this.#timer && this.#sendsAt <= clock.now() + gatherMs) return;
    this.#timer?.();
    this.#sendAfter(gatherMs);
  }

  /** Tries once more to send what still waits, for at most `limitMs`, and stops; what is left is kept. */
  async close(limitMs: number): Promise<void> {
    this.#isClosing = true;
    this.#timer?.();
    let isOver = false;
    const cancel = this.#options.clock.after(limitMs, () => {
      isOver = true;
      this.#flight.abort();
    });
    await this.#sending?.catch(() => {}); // onFault has heard of it
    while (!isOver && this.#waiting.size > 0 && (await this.#sendBatch()));
    cancel();
    const left = this.#waiting.services.join(', ');
    await this.#keep(this.#waiting.all);
    if (left === '') return;
    this.#options.log.notice(`${this.#waiting.size > 0 ? 'Not sent' : 'Kept for later'}: ${left}`);
  }

  #sendAfter(ms: number): void {
    this.#sendsAt = this.#options.clock.now() + ms;
    this.#timer = this.#options.clock.after(ms, () => {
      this.#timer = undefined;
      this.#turn().catch(this.#options.onFault);
    });
  }

  async #turn(): Promise<void> {
    this.#sending = this.#work();
    const turn = await this.#sending.finally(() => {
      this.#sending = undefined;
    });
    if (this.#isClosing || turn === 'idle') return;
    this.#sendAfter(turn === 'again' ? 0 : this.#retryDelay());
  }

  /** What is new goes first: a promise depends on it. Then comes a part of what is kept. */
  async #work(): Promise<Turn> {
    await this.#keep(this.#waiting.late);
    if (this.#waiting.size > 0 && !(await this.#sendBatch())) return 'failed';
    if (this.#isClosing || this.#waiting.size > 0) return 'again';
    return this.#sendKept();
  }

  get #hasBacklog(): boolean {
    return this.#options.backlog() !== undefined;
  }

  /** Puts into the backlog what was replaced, and `late`; where that is impossible, this goes on waiting. */
  async #keep(late: Reading[]): Promise<void> {
    const backlog = this.#options.backlog();
    const all = [...this.#waiting.takeReplaced(), ...late].sort((a, b) => a.at - b.at);
    if (!backlog || all.length === 0) return;
    try {
      await backlog.keep(all.map(({ report, at }) => keptEntryOf(report, at)));
    } catch (error) {
      return this.#say(`Cannot keep reports in ${backlog.spool.folder}: ${(error as Error).message}`);
    }
    this.#waiting.remove(late);
    this.#options.log.info(`Kept ${all.length} reports in ${backlog.spool.folder}`);
  }

  async #sendKept(): Promise<Turn> {
    const backlog = this.#options.backlog();
    if (!backlog) return 'idle';
    this.#flight = new AbortController();
    try {
      const sent = await backlog.sendSome(this.#flight.signal);
      if (sent === 'sent') this.#onReached();
      return sent === 'sent' || this.#waiting.size > 0 ? 'again' : 'idle';
    } catch (error) {
      if (!(error instanceof CollectorError)) {
        this.#say(`Cannot send what is kept in ${backlog.spool.folder}: ${(error as Error).message}`);
        return 'idle';
      }
      this.#onFailed(error);
      return 'failed';
    }
  }

  #retryDelay(): number {
    const random = this.#options.random();
    return retryDelay({ failures: this.#failures, retryAfterMs: this.#retryAfterMs, random });
  }

  /** Whether the next batch may follow at once. */
  async #sendBatch(): Promise<boolean> {
    const batch = this.#waiting.take(this.#mostAtOnce);
    this.#flight = new AbortController();
    try {
      await this.#options.send(
        batch.map(({ report }) => report),
        this.#flight.signal,
      );
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      return this.#onRefused(batch, error);
    }
    this.#options.log.info(
      `Sent ${batch.map(({ report }) => `${report.service} ${report.state}`).join(', ')}`,
    );
    this.#onReached();
    return true;
  }

  #onReached(): void {
    if (this.#lastFailure !== '') this.#options.log.notice('Reports reach the collector again.');
    this.#lastFailure = '';
    this.#failures = 0;
  }

  #onRefused(batch: Reading[], error: CollectorError): boolean {
    const { log } = this.#options;
    if (error.status === 413 && batch.length > 1) {
      this.#say(error.message);
      this.#mostAtOnce = Math.ceil(batch.length / 2);
      log.info(`From now on at most ${this.#mostAtOnce} services are sent at once.`);
      this.#waiting.putBack(batch, this.#hasBacklog);
      return true;
    }
    if (!mayBeTakenLater(error)) {
      this.#say(error.message);
      log.info(`Dropped ${batch.map(({ report }) => report.service).join(', ')}`);
      this.#failures = 0;
      return true;
    }
    this.#onFailed(error);
    this.#waiting.putBack(batch, this.#hasBacklog);
    return false;
  }

  #onFailed(error: CollectorError): void {
    this.#say(error.message);
    this.#failures += 1;
    this.#retryAfterMs = error.retryAfterMs;
  }

  /** The same failure is told once; its repetitions are for those who asked for more. */
  #say(failure: string): void {
    const { log } = this.#options;
    if (failure === this.#lastFailure) log.info(failure);
    else log.notice(failure);
    this.#lastFailure = failure;
  }
}

function gatherTime({ periodSeconds }: Report): number {
  return Math.min(Math.max(GATHER_SHARE * periodSeconds * 1000, LEAST_GATHER_MS), MOST_GATHER_MS);
}
