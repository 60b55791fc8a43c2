import { PATHS, type PostedAlert, type Report } from '@overc/protocol';
import { Agent, type Dispatcher } from 'undici';
import type { Connection } from '../connection.ts';
import { type Address, readAddress } from './address.ts';
import { CollectorError } from './errors.ts';
import { networkError } from './network-error.ts';

/** How long the collector may keep us waiting for a connection, for its answer, and between two parts of it. */
const PATIENCE_MS = 10_000;
/** A request ends after this many times the patience, even if its answer trickles in. */
const TRICKLE_FACTOR = 3;
/** A collector answers in a few bytes; anything this long is none. */
const MOST_ANSWER_BYTES = 64 * 1024;

export interface ClientOptions {
  patienceMs?: number;
  /** Hears of every answer. */
  debug?: (text: string) => void;
}

/** A report whose state is any word, as a person may write it; the collector turns a strange one into UNK. */
export type OutgoingReport = Omit<Report, 'state'> & { state: string };

/** Speaks the write API. Every method throws CollectorError when the collector or the network refuses. */
export class Client {
  /** The collector's address as it may be shown: without credentials. */
  readonly address: string;
  readonly #address: Address;
  readonly #connection: Connection;
  readonly #patienceMs: number;
  readonly #debug: (text: string) => void;
  readonly #agent: Agent;

  constructor(connection: Connection, { patienceMs = PATIENCE_MS, debug = () => {} }: ClientOptions = {}) {
    this.#connection = connection;
    this.#address = readAddress(connection.server);
    this.address = this.#address.shown;
    this.#patienceMs = patienceMs;
    this.#debug = debug;
    this.#agent = new Agent({
      connect: { timeout: patienceMs },
      headersTimeout: patienceMs,
      bodyTimeout: patienceMs,
      maxResponseSize: MOST_ANSWER_BYTES,
    });
  }

  /** Checks the way to the collector and the key. */
  async ping(): Promise<void> {
    await this.#post(PATHS.ping, {}, 'pong');
  }

  /** Sends states, with each one's own period, in one POST. */
  async report(reports: OutgoingReport[], signal?: AbortSignal): Promise<void> {
    const period = Math.min(...reports.map((report) => report.periodSeconds));
    const services = reports.map(({ service, state, info, periodSeconds }) => ({
      name: service,
      state,
      info,
      period: periodSeconds,
    }));
    await this.#post(PATHS.status, { period, services }, 'ok', signal);
  }

  /** Sends alerts in one POST. */
  async alert(alerts: PostedAlert[], signal?: AbortSignal): Promise<void> {
    await this.#post(PATHS.alerts, { alerts }, 'ok', signal);
  }

  /** Drops the connections, so that the process may end. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #post(path: string, body: object, success: 'ok' | 'pong', signal?: AbortSignal): Promise<void> {
    const payload = JSON.stringify({ server: this.#connection.identity, ...body });
    const answer = await this.#send(path, payload, signal);
    this.#debug(`POST ${this.address}${path}, ${Buffer.byteLength(payload)} bytes: ${answer.status}`);
    const parsed = parseAnswer(answer.text);
    if (answer.status === 200 && parsed[success] === 1) return;
    throw this.#refusal(answer, parsed);
  }

  async #send(path: string, body: string, signal?: AbortSignal): Promise<Answer> {
    const { url, authorization, shown } = this.#address;
    const limit = AbortSignal.timeout(TRICKLE_FACTOR * this.#patienceMs);
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.#agent.request({
        origin: url.origin,
        path: new URL(path, url).pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      return { status: statusCode, headers, text: await answer.text() };
    } catch (error) {
      throw networkError(error, shown);
    }
  }

  #refusal({ status, headers }: Answer, { error }: ParsedAnswer): CollectorError {
    const reason = typeof error === 'string' ? this.#withoutKey(error) : explainStatus(status);
    const retryAfterMs = readRetryAfter(headers['retry-after']);
    return new CollectorError(`${this.address} answered ${status}: ${reason}`, { status, retryAfterMs });
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
