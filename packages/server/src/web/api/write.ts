import type { IncomingMessage, ServerResponse } from 'node:http';
import { PATHS, parseAlerts, parseJson, parsePing, parseStatus, WireError } from '@overc/protocol';
import type { Clock } from '../../clock.ts';
import { badRequest, forbidden, HttpError } from '../../errors.ts';
import type { BadKeys } from '../../intake/bad-keys.ts';
import type { Intake } from '../../intake/intake.ts';
import type { Submission } from '../../monitor/submission.ts';
import { readBody } from './body.ts';

type Content = Pick<Submission, 'identity' | 'reports' | 'alerts' | 'sentAt' | 'more'>;

interface Endpoint {
  read(body: unknown): Content;
  answer: string;
}

const OK = JSON.stringify({ ok: 1 });

const ENDPOINTS = new Map<string, Endpoint>([
  [`/${PATHS.ping}`, { read: readPing, answer: JSON.stringify({ pong: 1 }) }],
  [`/${PATHS.status}`, { read: readStatus, answer: OK }],
  [`/${PATHS.alerts}`, { read: readAlerts, answer: OK }],
]);

export interface WriteApiOptions {
  intake: Intake;
  badKeys: BadKeys;
  clock: Clock;
  maxBodyBytes: number;
  /** The sender's address, behind whatever proxies are trusted. */
  addressOf(req: IncomingMessage): string | null;
  /** Told the status of every answer. */
  observe(status: number): void;
  onError(error: unknown): void;
}

/**
 * The three write endpoints, in front of Express: they are nearly all the traffic, and Express costs several times
 * what the rest of a report does. Returns whether the request was one of theirs.
 */
export function createWriteApi(
  options: WriteApiOptions,
): (req: IncomingMessage, res: ServerResponse) => boolean {
  return (req, res) => {
    const endpoint = ENDPOINTS.get(pathOf(req.url ?? ''));
    if (!endpoint) return false;
    handle(options, endpoint, req)
      .catch((error: unknown) => asHttpError(error, options.onError))
      .then((result) => answer(res, result, options.observe));
    return true;
  };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

async function handle(
  { intake, badKeys, clock, maxBodyBytes, addressOf }: WriteApiOptions,
  endpoint: Endpoint,
  req: IncomingMessage,
): Promise<string> {
  if (req.method !== 'POST') throw new HttpError(405, `Send it with POST, not ${req.method}.`);
  if (intake.isFull()) await intake.refuse();
  const content = endpoint.read(parseJson(await readBody(req, maxBodyBytes)));
  const at = clock.now();
  const ip = addressOf(req);
  const { name } = content.identity;
  const wait = badKeys.retryAfter(ip, name, at);
  if (wait > 0) throw new HttpError(429, `Too many wrong keys for ${name}; wait ${wait} s.`, wait);

  const outcome = await intake.submit({ ip, at, behindMs: intake.behindMs(), ...content });
  if (outcome === 'wrong-key') {
    badKeys.note(ip, name, at);
    throw forbidden(
      `server.key: ${name} sent another key than the first; use that key, or remove the server to start anew.`,
    );
  }
  return endpoint.answer;
}

function readPing(body: unknown): Content {
  return { identity: parsePing(body).server, reports: [], alerts: [] };
}

function readStatus(body: unknown): Content {
  const { server, reports, sentAt, more } = parseStatus(body);
  return { identity: server, reports, alerts: [], sentAt, more };
}

function readAlerts(body: unknown): Content {
  const { server, alerts } = parseAlerts(body);
  return { identity: server, reports: [], alerts };
}

function asHttpError(error: unknown, onError: (error: unknown) => void): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof WireError) return badRequest(error.message);
  onError(error);
  return new HttpError(500, 'The collector failed at this; its log says why.');
}

function answer(res: ServerResponse, result: string | HttpError, observe: (status: number) => void): void {
  const failed = typeof result !== 'string';
  const status = failed ? result.status : 200;
  observe(status);
  if (res.destroyed) return; // the sender is gone, and writing to nobody costs more than an answer
  const body = failed ? JSON.stringify({ error: result.message }) : result;
  const headers: Record<string, string | number> = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  };
  if (failed && result.retryAfter !== undefined) headers['Retry-After'] = result.retryAfter;
  if (status === 405) headers.Allow = 'POST';
  res.writeHead(status, headers).end(body);
}
