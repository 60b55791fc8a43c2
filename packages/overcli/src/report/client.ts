import { PATHS, type PostedAlert, type Report } from '@overc/protocol';
import type { Dispatcher } from 'undici';
import { systemClock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import { type Address, readAddress } from './address.ts';
import { CollectorError, mayBeTakenLater } from './errors.ts';
import { networkError } from './network-error.ts';
import { createDispatcher, type Way } from './way.ts';

/** How long the collector may keep us waiting for a connection, for its answer, and between two parts of it. */
const PATIENCE_MS = 10_000;
/** A request ends after this many times the patience, even if its answer trickles in. */
const TRICKLE_FACTOR = 3;
/** How long another address is used before the first is tried again. */
const RETURN_AFTER_MS = 60_000;

export interface ClientOptions {
  patienceMs?: number;
  returnAfterMs?: number;
  /** Hears of every answer. */
  debug?: (text: string) => void;
}

/** A report whose state is any word, as a person may write it; the collector turns a strange one into UNK. */
export type OutgoingReport = Omit<Report, 'state'> & { state: string };

/** Speaks the write API. Every method throws CollectorError when the collector or the network refuses. */
export class Client {
  readonly #addresses: [Address, ...Address[]];
  readonly #connection: Connection;
  readonly #patienceMs: number;
  readonly #returnAfterMs: number;
  readonly #debug: (text: string) => void;
  readonly #way: Way;
  /** Which of the addresses answered last. */
  #current = 0;
  /** When the first address last failed or was tried again, on the clock that never jumps. */
  #awaySince = 0;

  constructor(connection: Connection, options: ClientOptions = {}) {
    const { patienceMs = PATIENCE_MS, returnAfterMs = RETURN_AFTER_MS, debug = () => {} } = options;
    const others = (connection.others ?? []).map(readAddress);
    this.#connection = connection;
    this.#addresses = [readAddress(connection.server), ...others];
    this.#patienceMs = patienceMs;
    this.#returnAfterMs = returnAfterMs;
    this.#debug = debug;
    this.#way = createDispatcher(connection, patienceMs);
  }

  /** The collector's address that is in use, as it may be shown: without credentials. */
  get address(): string {
    return this.#addressAt(this.#current).shown;
  }

  /** Checks the way to the collector and the key. */
  async ping(): Promise<void> {
    await this.#post(PATHS.ping, {}, 'pong');
  }

  /** Sends states, with each one's own period, in one POST. */
  async report(reports: OutgoingReport[], signal?: AbortSignal): Promise<void> {
    const period = Math.min(...reports.map((report) => report.periodSeconds));
    const services = reports.map(
      ({ service, state, info, periodSeconds, graceSeconds, title, bye, running }) => ({
        name: service,
        state,
        info,
        period: periodSeconds,
        grace: graceSeconds,
        title,
        bye,
        running,
      }),
    );
    // By it the collector knows how far this machine's clock is off.
    const sent_at = systemClock.timestamp();
    await this.#post(PATHS.status, { sent_at, period, services }, 'ok', signal);
  }

  /** Sends alerts in one POST. */
  async alert(alerts: PostedAlert[], signal?: AbortSignal): Promise<void> {
    await this.#post(PATHS.alerts, { alerts }, 'ok', signal);
  }

  /** Lets what is under way come to its end, and drops the connections then. */
  async retire(): Promise<void> {
    await this.#way.dispatcher.close();
  }

  /** Drops the connections, so that the process may end. */
  async close(): Promise<void> {
    await this.#way.dispatcher.destroy();
  }

  /** Tries the addresses in turn, beginning with the one that answered last. */
  async #post(path: string, body: object, success: 'ok' | 'pong', signal?: AbortSignal): Promise<void> {
    const payload = JSON.stringify({ server: this.#connection.identity, ...body });
    const failures: CollectorError[] = [];
    for (const [offset] of this.#addresses.entries()) {
      const index = (this.#current + offset) % this.#addresses.length;
      try {
        await this.#postTo(this.#addressAt(index), path, payload, success, signal);
        return this.#onAnswer(index);
      } catch (error) {
        if (!(error instanceof CollectorError) || !mayBeTakenLater(error) || signal?.aborted) throw error;
        failures.push(error);
        this.#debug(error.message);
      }
    }
    throw failures[0];
  }

  #onAnswer(index: number): void {
    const now = performance.now();
    if (index !== this.#current) {
      this.#current = index;
      this.#awaySince = now;
      this.#debug(`Now reporting to ${this.address}`);
    }
    if (index === 0 || now - this.#awaySince < this.#returnAfterMs) return;
    this.#awaySince = now;
    void this.#tryFirst();
  }

  /** Aside, since no report shall wait for an address that is probably still away. */
  async #tryFirst(): Promise<void> {
    const payload = JSON.stringify({ server: this.#connection.identity });
    try {
      await this.#postTo(this.#addressAt(0), PATHS.ping, payload, 'pong');
      this.#onAnswer(0);
    } catch (error) {
      this.#debug((error as Error).message);
    }
  }

  #addressAt(index: number): Address {
    return this.#addresses[index] ?? this.#addresses[0];
  }

  async #postTo(
    address: Address,
    path: string,
    payload: string,
    success: 'ok' | 'pong',
    signal?: AbortSignal,
  ): Promise<void> {
    const answer = await this.#send(address, path, payload, signal);
    this.#debug(`POST ${address.shown}${path}, ${Buffer.byteLength(payload)} bytes: ${answer.status}`);
    const parsed = parseAnswer(answer.text);
    if (answer.status === 200 && parsed[success] === 1) return;
    throw this.#refusal(address, answer, parsed);
  }

  async #send(
    { url, authorization, shown }: Address,
    path: string,
    body: string,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const limit = AbortSignal.timeout(TRICKLE_FACTOR * this.#patienceMs);
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.#way.dispatcher.request({
        origin: url.origin,
        path: new URL(path, url).pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      return { status: statusCode, headers, text: await answer.text() };
    } catch (error) {
      throw networkError(error, `${shown}${this.#way.shown}`);
    }
  }

  #refusal({ shown }: Address, { status, headers }: Answer, { error }: ParsedAnswer): CollectorError {
    const reason = typeof error === 'string' ? this.#withoutKey(error) : explainStatus(status);
    const retryAfterMs = readRetryAfter(headers['retry-after']);
    return new CollectorError(`${shown} answered ${status}: ${reason}`, { status, retryAfterMs });
  }

  /** Something between us and the collector may echo what we sent; the key is shown nowhere all the same. */
  #withoutKey(text: string): string {
    return text.replaceAll(this.#connection.identity.key, '***');
  }
}

interface Answer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  text: string;
}

type ParsedAnswer = { ok?: unknown; pong?: unknown; error?: unknown };

function parseAnswer(text: string): ParsedAnswer {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

function explainStatus(status: number): string {
  if (status === 401) return 'it wants credentials; put them in the address: http://user:password@host:port/';
  if (status === 413) return 'the report is too large for it';
  if (status === 429) return 'too many requests';
  if (status >= 500) return 'it is overloaded or being repaired; try again later';
  if (status >= 300 && status < 400) return 'it has moved; use the address it has now';
  return 'this is not what an OverC collector says; check the address';
}

/** Seconds in a Retry-After header, as milliseconds. A date there, which no collector sends, is not read. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  const seconds = [header].flat()[0];
  return seconds !== undefined && /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
