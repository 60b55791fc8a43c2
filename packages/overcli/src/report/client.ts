import { PATHS, type PostedAlert } from '@overc/protocol';
import type { Dispatcher } from 'undici';
import { systemClock } from '../clock.ts';
import type { Connection, Route } from '../connection.ts';
import type { ReportEntry } from '../spool/entry.ts';
import { type Address, readAddress } from './address.ts';
import { type Answer, explainStatus, type ParsedAnswer, parseAnswer, readRetryAfter } from './answer.ts';
import { CollectorError, mayBeTakenLater } from './errors.ts';
import { networkError } from './network-error.ts';
import { entryOf, type OutgoingReport } from './outgoing.ts';
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
  /** An answer that is longer is none of a collector's. */
  mostAnswerBytes?: number;
  /** Hears of every answer. */
  debug?: (text: string) => void;
  /** Hears of the headers of every answer. */
  onHeaders?: (headers: Dispatcher.ResponseData['headers']) => void;
}

/**
 * Speaks the write API, which takes an identity, and the read API. Every method throws CollectorError when the collector or
 * the network refuses.
 */
export class Client {
  readonly #addresses: [Address, ...Address[]];
  readonly #identity: Connection['identity'] | undefined;
  readonly #patienceMs: number;
  readonly #returnAfterMs: number;
  readonly #debug: (text: string) => void;
  readonly #onHeaders: ClientOptions['onHeaders'];
  readonly #way: Way;
  /** Which of the addresses answered last. */
  #current = 0;
  /** When the first address last failed or was tried again, on the clock that never jumps. */
  #awaySince = 0;

  constructor(connection: Route & Partial<Connection>, options: ClientOptions = {}) {
    const { patienceMs = PATIENCE_MS, returnAfterMs = RETURN_AFTER_MS, debug = () => {} } = options;
    const others = (connection.others ?? []).map(readAddress);
    this.#identity = connection.identity;
    this.#addresses = [readAddress(connection.server), ...others];
    this.#patienceMs = patienceMs;
    this.#returnAfterMs = returnAfterMs;
    this.#debug = debug;
    this.#onHeaders = options.onHeaders;
    this.#way = createDispatcher(connection, patienceMs, options.mostAnswerBytes);
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
    await this.#postStatus({ period, services: reports.map(entryOf) }, signal);
  }

  /** Sends reports that come late, each with its own time, in one POST. `more`: others follow. */
  async reportLate(entries: ReportEntry[], more: boolean, signal?: AbortSignal): Promise<void> {
    await this.#postStatus({ ...(more && { more }), services: entries }, signal);
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

  /** What the read API answers under `path`, which may have a query; `has` tells whether it is that. */
  async get<T extends object>(path: string, has: (answer: object) => answer is T): Promise<T> {
    return this.#inTurn((address) => this.#ask(address, { method: 'GET', path }, has));
  }

  /** With the time by which the collector knows how far this machine's clock is off. */
  async #postStatus(body: object, signal?: AbortSignal): Promise<void> {
    await this.#post(PATHS.status, { sent_at: systemClock.timestamp(), ...body }, 'ok', signal);
  }

  async #post(path: string, body: object, success: 'ok' | 'pong', signal?: AbortSignal): Promise<void> {
    const payload = JSON.stringify({ server: this.#identity, ...body });
    await this.#inTurn((address) => this.#postTo(address, path, payload, success, signal), signal);
  }

  /** Tries the addresses in turn, beginning with the one that answered last. */
  async #inTurn<T>(attempt: (address: Address) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const failures: CollectorError[] = [];
    for (const [offset] of this.#addresses.entries()) {
      const index = (this.#current + offset) % this.#addresses.length;
      try {
        const answer = await attempt(this.#addressAt(index));
        this.#onAnswer(index);
        return answer;
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
      this.#debug(`Now speaking to ${this.address}`);
    }
    if (index === 0 || !this.#identity || now - this.#awaySince < this.#returnAfterMs) return;
    this.#awaySince = now;
    void this.#tryFirst();
  }

  /** Aside, since no report shall wait for an address that is probably still away. */
  async #tryFirst(): Promise<void> {
    const payload = JSON.stringify({ server: this.#identity });
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
    const said = (answer: ParsedAnswer): answer is ParsedAnswer => answer[success] === 1;
    await this.#ask(address, { method: 'POST', path, body: payload }, said, signal);
  }

  /** One exchange with one address. Throws CollectorError unless the answer is a 200 that `isIt` takes. */
  async #ask<T extends object>(
    address: Address,
    { method, path, body }: Exchange,
    isIt: (answer: object) => answer is T,
    signal?: AbortSignal,
  ): Promise<T> {
    const answer = await this.#send(address, { method, path, body }, signal);
    const sent = body === undefined ? '' : `, ${Buffer.byteLength(body)} bytes`;
    this.#debug(`${method} ${address.shown}${path}${sent}: ${answer.status}`);
    this.#onHeaders?.(answer.headers);
    const parsed = parseAnswer(answer.text);
    if (answer.status === 200 && isIt(parsed)) return parsed;
    throw this.#refusal(address, answer, parsed);
  }

  async #send(
    { url, authorization, shown }: Address,
    { method, path, body }: Exchange,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const limit = AbortSignal.timeout(TRICKLE_FACTOR * this.#patienceMs);
    const { pathname, search } = new URL(path, url);
    const kind = body === undefined ? { accept: 'application/json' } : { 'content-type': 'application/json' };
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.#way.dispatcher.request({
        origin: url.origin,
        path: `${pathname}${search}`,
        method,
        headers: { ...kind, ...(authorization && { authorization }) },
        ...(body !== undefined && { body }),
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
    return this.#identity ? text.replaceAll(this.#identity.key, '***') : text;
  }
}

interface Exchange {
  method: 'GET' | 'POST';
  /** Relative to the collector's address. */
  path: string;
  body?: string | undefined;
}
