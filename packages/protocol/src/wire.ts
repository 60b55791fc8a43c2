import { WireError } from './errors.ts';
import { asList, asObject, kindOf } from './json.ts';
import { STATES, type State, stateFromWord } from './state.ts';

/** Longest name or key, in Unicode code points. */
export const MAX_NAME_LENGTH = 255;
/** Longest reporting period: a year of 365 days, in seconds. */
export const MAX_PERIOD_SECONDS = 365 * 24 * 60 * 60;
/** How much of a word that is no state is repeated in the info. */
const MAX_QUOTED_WORD = 64;

/** Where each kind of body is posted, relative to the collector's address. */
export const PATHS = {
  ping: 'api/ping',
  status: 'api/set/service/status',
  alerts: 'api/set/alerts',
} as const;

/** Who reports. The key is whatever the server sent the first time. */
export interface Identity {
  name: string;
  key: string;
}

/** One state for one service, and the promise that comes with it. */
export interface Report {
  service: string;
  state: State;
  info: string;
  periodSeconds: number;
}

/** Something worth telling, about the server or about one of its services. */
export interface PostedAlert {
  message: string;
  service?: string;
}

export interface PingBody {
  server: Identity;
}

export interface StatusBody {
  server: Identity;
  reports: Report[];
}

export interface AlertsBody {
  server: Identity;
  alerts: PostedAlert[];
}

const PING_FIELDS = new Set(['server']);
const STATUS_FIELDS = new Set(['server', 'period', 'services']);
const ALERTS_FIELDS = new Set(['server', 'alerts']);
const SERVER_FIELDS = new Set(['name', 'key']);
const SERVICE_FIELDS = new Set(['name', 'state', 'info', 'period']);
const ALERT_FIELDS = new Set(['message', 'service']);

/** Reads the body of `POST /api/ping`. Throws WireError. */
export function parsePing(body: unknown): PingBody {
  return { server: parseIdentity(asObject(body, 'body', PING_FIELDS).server) };
}

/** Reads the body of `POST /api/set/service/status`: the last of two entries for one service wins. Throws WireError. */
export function parseStatus(body: unknown): StatusBody {
  const { server, period, services } = asObject(body, 'body', STATUS_FIELDS);
  const identity = parseIdentity(server);
  const commonPeriod = period === undefined ? undefined : parsePeriod(period, 'period');
  const entries = asList(services, 'services');
  const reports = new Map<string, Report>();
  for (let i = 0; i < entries.length; i++) {
    const report = parseReport(entries[i], i, commonPeriod);
    reports.set(report.service, report);
  }
  return { server: identity, reports: [...reports.values()] };
}

/** Reads the body of `POST /api/set/alerts`. Throws WireError. */
export function parseAlerts(body: unknown): AlertsBody {
  const { server, alerts } = asObject(body, 'body', ALERTS_FIELDS);
  const identity = parseIdentity(server);
  return { server: identity, alerts: asList(alerts, 'alerts').map(parsePostedAlert) };
}

function parseIdentity(value: unknown): Identity {
  const { name, key } = asObject(value, 'server', SERVER_FIELDS);
  return { name: parseName(name, 'server.name'), key: parseName(key, 'server.key') };
}

function parseReport(value: unknown, index: number, commonPeriod: number | undefined): Report {
  const path = `services[${index}]`;
  const entry = asObject(value, path, SERVICE_FIELDS);
  const service = parseName(entry.name, `${path}.name`);
  const word = parseText(entry.state, `${path}.state`);
  const info = entry.info === undefined ? '' : parseText(entry.info, `${path}.info`);
  const periodSeconds =
    entry.period === undefined ? commonPeriod : parsePeriod(entry.period, `${path}.period`);
  if (periodSeconds === undefined)
    throw new WireError('period', `is missing, and ${path} has none of its own`);
  const state = stateFromWord(word);
  if (state) return { service, state, info, periodSeconds };
  return { service, state: 'UNK', info: explainWord(word, info), periodSeconds };
}

function explainWord(word: string, info: string): string {
  const quoted = JSON.stringify(word.slice(0, MAX_QUOTED_WORD).toWellFormed());
  const explanation = `${quoted} is not a state (${STATES.join(', ')})`;
  return info === '' ? explanation : `${explanation}: ${info}`;
}

function parsePostedAlert(value: unknown, index: number): PostedAlert {
  const path = `alerts[${index}]`;
  const entry = asObject(value, path, ALERT_FIELDS);
  const message = parseText(entry.message, `${path}.message`);
  if (message === '') throw new WireError(`${path}.message`, 'is empty; say what happened');
  if (entry.service === undefined) return { message };
  return { message, service: parseName(entry.service, `${path}.service`) };
}

function parseText(value: unknown, path: string): string {
  if (value === undefined) throw new WireError(path, 'is missing');
  if (typeof value !== 'string') throw new WireError(path, `must be a string, not ${kindOf(value)}`);
  if (!value.isWellFormed()) throw new WireError(path, 'holds half of a surrogate pair');
  return value;
}

function parseName(value: unknown, path: string): string {
  const name = parseText(value, path);
  if (name === '') throw new WireError(path, 'is empty');
  if (isLongerThan(name, MAX_NAME_LENGTH))
    throw new WireError(path, `is longer than ${MAX_NAME_LENGTH} characters`);
  return name;
}

/** Counts code points only where the cheap count of UTF-16 units cannot tell. */
function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || [...text].length > limit;
}

/** The original client sends digits as a string, so both are taken. */
function parsePeriod(value: unknown, path: string): number {
  const period = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof period !== 'number' && typeof period !== 'string')
    throw new WireError(path, `must be a whole number of seconds, not ${kindOf(value)}`);
  if (typeof period === 'string' || !Number.isInteger(period) || period < 1 || period > MAX_PERIOD_SECONDS)
    throw new WireError(path, `must be a whole number of seconds from 1 to ${MAX_PERIOD_SECONDS} (a year)`);
  return period;
}
