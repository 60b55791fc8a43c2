import type { Report } from '@overc/protocol';
import type { Cancel, Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { CollectorError, mayBeTakenLater } from './errors.ts';
import { retryDelay } from './retry.ts';

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
  clock: Clock;
  log: Log;
  /** From 0 to 1, for the jitter. */
  random: () => number;
  /** Hears of an error that is not the collector's. */
  onFault: (error: unknown) => void;
}

/**
 * Gathers readings and sends what has gathered in one POST at a time. A newer reading of a service replaces
 * one that still waits, so memory stays bounded by the number of services, however long the collector is away.
 */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #waiting = new Map<string, Report>();
  #timer: Cancel | undefined;
  #sendsAt = 0;
  #sending: Promise<boolean> | undefined;
  /** Cuts the POST that is on its way. */
  #flight = new AbortController();
  #failures = 0;
  #retryAfterMs: number | undefined;
  #lastFailure = '';
  #mostAtOnce = Number.POSITIVE_INFINITY;
  #isClosing = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Takes a reading; it is sent soon, together with others. */
  add(reading: Report): void {
    this.#waiting.set(reading.service, reading);
    if (this.#sending || this.#isClosing || this.#failures > 0) return;
    const gatherMs = gatherTime(reading);
    if (this.#timer && this.#sendsAt <= this.#options.clock.now() + gatherMs) return;
    this.#timer?.();
    this.#sendAfter(gatherMs);
  }

  /** Tries once more to send what still waits, for at most `limitMs`, and stops. */
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
    if (this.#waiting.size > 0) this.#options.log.notice(`Not sent: ${[...this.#waiting.keys()].join(', ')}`);
  }

  #sendAfter(ms: number): void {
    this.#sendsAt = this.#options.clock.now() + ms;
    this.#timer = this.#options.clock.after(ms, () => {
      this.#timer = undefined;
      this.#turn().catch(this.#options.onFault);
    });
  }

  async #turn(): Promise<void> {
    this.#sending = this.#sendBatch();
    const isThrough = await this.#sending.finally(() => {
      this.#sending = undefined;
    });
    if (this.#isClosing || this.#waiting.size === 0) return;
    this.#sendAfter(isThrough ? 0 : this.#retryDelay());
  }

  #retryDelay(): number {
    const random = this.#options.random();
    return retryDelay({ failures: this.#failures, retryAfterMs: this.#retryAfterMs, random });
  }

  /** Whether the next batch may follow at once. */
  async #sendBatch(): Promise<boolean> {
    const batch = [...this.#waiting.values()].slice(0, this.#mostAtOnce);
    for (const { service } of batch) this.#waiting.delete(service);
    this.#flight = new AbortController();
    try {
      await this.#options.send(batch, this.#flight.signal);
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      return this.#onRefused(batch, error);
    }
    this.#onTaken(batch);
    return true;
  }

  #onTaken(batch: Report[]): void {
    const { log } = this.#options;
    log.info(`Sent ${batch.map(({ service, state }) => `${service} ${state}`).join(', ')}`);
    if (this.#lastFailure !== '') log.notice('Reports reach the collector again.');
    this.#lastFailure = '';
    this.#failures = 0;
  }

  #onRefused(batch: Report[], error: CollectorError): boolean {
    this.#say(error.message);
    if (error.status === 413 && batch.length > 1) {
      this.#mostAtOnce = Math.ceil(batch.length / 2);
      this.#options.log.info(`From now on at most ${this.#mostAtOnce} services are sent at once.`);
      this.#putBack(batch);
      return true;
    }
    if (!mayBeTakenLater(error)) {
      this.#options.log.info(`Dropped ${batch.map(({ service }) => service).join(', ')}`);
      this.#failures = 0;
      return true;
    }
    this.#failures += 1;
    this.#retryAfterMs = error.retryAfterMs;
    this.#putBack(batch);
    return false;
  }

  #putBack(batch: Report[]): void {
    for (const reading of batch) {
      if (!this.#waiting.has(reading.service)) this.#waiting.set(reading.service, reading);
    }
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
