import { WireError } from './errors.ts';
import { parseFlag, parseName, parseSeconds, parseText, parseTime, parseTitle } from './fields.ts';
import { asList, asObject, type JsonObject } from './json.ts';
import { STATES, type State, stateFromWord } from './state.ts';

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
  /** Extra patience after the period; none unless given. */
  graceSeconds?: number;
  /** What people are shown in place of the name; empty takes it away, and left out it stays as it is. */
  title?: string;
  /** The service ends on purpose: nothing more is promised. */
  bye?: true;
  /** A run has begun and ends within the promise. State and info stay what they were, whatever stands here. */
  running?: true;
  /** When it was true by the sender's clock, UTC ms; now unless given. */
  at?: number;
}

/** Something worth telling, about the server or about one of its services. */
export interface PostedAlert {
  message: string;
  service?: string;
  /** By it the collector knows an alert that it is sent twice. */
  id?: string;
}

export interface PingBody {
  server: Identity;
}

export interface StatusBody {
  server: Identity;
  /** One of a service and time. */
  reports: Report[];
  /** The sender's clock when it sent this, UTC ms. */
  sentAt?: number;
  /** Further kept reports follow in another body. */
  more?: true;
}

export interface AlertsBody {
  server: Identity;
  alerts: PostedAlert[];
}

const PING_FIELDS = new Set(['server']);
const STATUS_FIELDS = new Set(['server', 'period', 'grace', 'at', 'sent_at', 'more', 'services']);
const ALERTS_FIELDS = new Set(['server', 'alerts']);
const SERVER_FIELDS = new Set(['name', 'key']);
const SERVICE_FIELDS = new Set([
  ...['name', 'state', 'info', 'period'],
  ...['grace', 'title', 'bye', 'running', 'at'],
]);
const ALERT_FIELDS = new Set(['message', 'service', 'id']);

/** Reads the body of `POST /api/ping`. Throws WireError. */
export function parsePing(body: unknown): PingBody {
  return { server: parseIdentity(asObject(body, 'body', PING_FIELDS).server) };
}

/** What counts for every entry that has none of its own. */
interface Common {
  periodSeconds: number | undefined;
  graceSeconds: number | undefined;
  at: number | undefined;
}

/** Reads the body of `POST /api/set/service/status`: the last of two entries for one service and time wins. Throws WireError. */
export function parseStatus(value: unknown): StatusBody {
  const body = asObject(value, 'body', STATUS_FIELDS);
  const server = parseIdentity(body.server);
  const common = parseCommon(body);
  const entries = asList(body.services, 'services');
  const reports = new Map<string, Report>();
  for (let i = 0; i < entries.length; i++) {
    const report = parseReport(entries[i], i, common);
    reports.set(report.at === undefined ? report.service : `${report.at}/${report.service}`, report);
  }
  const status: StatusBody = { server, reports: [...reports.values()] };
  if (body.sent_at !== undefined) status.sentAt = parseTime(body.sent_at, 'sent_at');
  if (parseFlag(body.more, 'more')) status.more = true;
  return status;
}

function parseCommon({ period, grace, at }: JsonObject): Common {
  return {
    periodSeconds: period === undefined ? undefined : parseSeconds(period, 'period', 1),
    graceSeconds: grace === undefined ? undefined : parseSeconds(grace, 'grace', 0),
    at: at === undefined ? undefined : parseTime(at, 'at'),
  };
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

function parseReport(value: unknown, index: number, common: Common): Report {
  const path = `services[${index}]`;
  const entry = asObject(value, path, SERVICE_FIELDS);
  const service = parseName(entry.name, `${path}.name`);
  const running = entry.running !== undefined && parseFlag(entry.running, `${path}.running`);
  const word = running && entry.state === undefined ? 'UNK' : parseText(entry.state, `${path}.state`);
  const info = entry.info === undefined ? '' : parseText(entry.info, `${path}.info`);
  const periodSeconds =
    entry.period === undefined ? common.periodSeconds : parseSeconds(entry.period, `${path}.period`, 1);
  if (periodSeconds === undefined)
    throw new WireError('period', `is missing, and ${path} has none of its own`);
  const state = stateFromWord(word);
  const report: Report = state
    ? { service, state, info, periodSeconds }
    : { service, state: 'UNK', info: explainWord(word, info), periodSeconds };
  if (running) report.running = true;
  readMore(report, entry, path, common);
  return report;
}

/** What few reports have: nothing is set where nothing was sent, so that most of them stay small and of one shape. */
function readMore(report: Report, { grace, title, bye, at }: JsonObject, path: string, common: Common): void {
  const graceSeconds = grace === undefined ? common.graceSeconds : parseSeconds(grace, `${path}.grace`, 0);
  if (graceSeconds !== undefined) report.graceSeconds = graceSeconds;
  if (title !== undefined) report.title = parseTitle(title, `${path}.title`);
  if (bye !== undefined && parseFlag(bye, `${path}.bye`)) report.bye = true;
  if (report.bye && report.running)
    throw new WireError(`${path}.bye`, 'cannot be sent with running; send it when the run has ended');
  const trueAt = at === undefined ? common.at : parseTime(at, `${path}.at`);
  if (trueAt !== undefined) report.at = trueAt;
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
  const alert: PostedAlert = { message };
  if (entry.service !== undefined) alert.service = parseName(entry.service, `${path}.service`);
  if (entry.id !== undefined) alert.id = parseName(entry.id, `${path}.id`);
  return alert;
}
