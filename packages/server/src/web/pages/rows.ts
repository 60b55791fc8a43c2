import { type Perf, type State, splitOutput } from '@overc/protocol';
import { type Severity, severityOf } from '../../core/alert.ts';
import type { Gap } from '../../core/gap.ts';
import type { Span } from '../../core/status.ts';
import type { Collector } from '../../store/collectors.ts';
import type { AlertView, DeliveryView } from '../../store/views/alerts.ts';
import type { ReportView } from '../../store/views/reports.ts';
import type { ServerView } from '../../store/views/servers.ts';
import type { ServiceView } from '../../store/views/services.ts';
import { rangeHref } from './links.ts';
import { countText, exact, lengthText, type Moment, relative } from './times.ts';

/** How a state looks; its word is always there, so that nothing hangs on colour alone. */
export interface Badge {
  word: string;
  look: 'green' | 'yellow' | 'red' | 'purple' | 'secondary';
}

const LOOKS = { OK: 'green', WARN: 'yellow', ERR: 'red', UNK: 'purple' } as const;

export function stateBadge(state: State | null): Badge {
  return state === null ? { word: '–', look: 'secondary' } : { word: state, look: LOOKS[state] };
}

export interface ServiceRow {
  href: string;
  name: string;
  serverHref: string;
  server: string;
  badge: Badge;
  silent: boolean;
  paused: boolean;
  info: string;
  reported: Moment;
  /** What the deadline is: `due`, or `overdue since`; `ended` where there is none, and then it is when that was. */
  due: string;
  deadline: Moment;
  since: Moment;
}

export function serviceRow(service: ServiceView, now: number): ServiceRow {
  return {
    href: `/services/${service.id}`,
    name: service.title ?? service.name,
    serverHref: `/servers/${service.serverId}`,
    server: service.serverTitle ?? service.server,
    badge: stateBadge(service.state),
    silent: service.silent,
    paused: service.paused,
    info: splitOutput(service.info).text,
    reported: relative(service.reportedAt, now),
    due: service.deadlineAt === null ? 'ended' : service.silent ? 'overdue since' : 'due',
    deadline: relative(service.deadlineAt ?? service.reportedAt, now),
    since: relative(service.stateSince, now),
  };
}

export interface ServerRow {
  href: string;
  name: string;
  badge: Badge;
  /** Such as `3 services`. */
  services: string;
  silent: number;
  ip: string;
  seen: Moment;
  /** Such as `7.2 s behind` or `90 s ahead (wrong)`; undefined when it never said. */
  clock: string | undefined;
}

export function serverRow(server: ServerView, now: number): ServerRow {
  return {
    href: `/servers/${server.id}`,
    name: server.title ?? server.name,
    badge: stateBadge(server.state),
    services: countText(server.services, 'service'),
    silent: server.silent,
    ip: server.ip ?? 'unknown',
    seen: relative(server.lastSeenAt, now),
    clock: server.skewMs === null ? undefined : clockText(server.skewMs),
  };
}

/** A clock that is off by more than this is worth a word. */
const MUCH_SKEW_MS = 5000;

/** How a machine's clock goes, that is so far behind ours. */
function clockText(skewMs: number): string {
  const off = `${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs < 0 ? 'ahead' : 'behind'}`;
  return Math.abs(skewMs) > MUCH_SKEW_MS ? `${off}: set it right` : off;
}

/** A number that a service's plugin measured. */
export interface PerfRow {
  label: string;
  /** With its unit; `unknown` when the plugin could not tell it. */
  value: string;
  /** The ranges in which it is well, as they were written; empty when there are none. */
  warn: string;
  crit: string;
  /** Such as `from 0 to 100`; empty when there is none. */
  bounds: string;
}

export function perfRow({ label, value, unit, warn = '', crit = '', min, max }: Perf): PerfRow {
  const ends = [min === undefined ? '' : `from ${min}`, max === undefined ? '' : `to ${max}`];
  return {
    label,
    value: value === null ? 'unknown' : `${value} ${unit}`.trimEnd(),
    warn,
    crit,
    bounds: ends.join(' ').trim(),
  };
}

export interface SpanRow {
  /** Names it on its page. */
  id: string;
  badge: Badge;
  silent: boolean;
  info: string;
  since: Moment;
  /** Undefined while it lasts. */
  until: Moment | undefined;
  length: string;
  /** Such as `3 reports`. */
  reports: string;
  /** The page of its reports; undefined where there are none. */
  reportsHref: string | undefined;
  /** When nobody was listening in it. */
  gaps: GapRow[];
}

export interface GapRow {
  since: Moment;
  until: Moment;
  length: string;
}

/** A span of a service's history, with those of the gaps that fall into it; `until` null while it lasts. */
export function spanRow(
  serviceId: number,
  span: Omit<Span, 'until'> & { until: number | null },
  gaps: Gap[],
  now: number,
): SpanRow {
  const isWithin = (gap: Gap) => gap.until > span.since && gap.since < (span.until ?? now);
  return {
    id: `span-${span.since}`,
    badge: stateBadge(span.state),
    silent: span.silent,
    info: splitOutput(span.info).text,
    since: exact(span.since),
    until: span.until === null ? undefined : exact(span.until),
    length: lengthText((span.until ?? now) - span.since),
    reports: countText(span.reports, 'report'),
    reportsHref: span.reports > 0 ? rangeHref(`/services/${serviceId}/reports`, span) : undefined,
    gaps: gaps.filter(isWithin).map(gapRow),
  };
}

function gapRow({ since, until }: Gap): GapRow {
  return { since: exact(since), until: exact(until), length: lengthText(until - since) };
}

export interface CollectorRow {
  name: string;
  version: string;
  started: Moment;
  alive: Moment;
}

export function collectorRow({ name, version, startedAt, aliveAt }: Collector, now: number): CollectorRow {
  return { name, version, started: relative(startedAt, now), alive: relative(aliveAt, now) };
}

export interface ReportRow {
  at: Moment;
  badge: Badge;
  info: string;
}

export function reportRow({ at, state, info }: ReportView): ReportRow {
  return { at: exact(at), badge: stateBadge(state), info };
}

const SEVERITY_LOOKS: Record<Severity, Badge['look']> = { info: 'green', warning: 'yellow', critical: 'red' };

export interface AlertRow {
  at: Moment;
  ago: Moment;
  kind: Badge;
  server: string;
  serverHref: string | undefined;
  service: string | undefined;
  /** The service's page, where it has one. */
  href: string | undefined;
  message: string;
  info: string;
  deliveries: string[];
}

export function alertRow(alert: AlertView, now: number): AlertRow {
  return {
    at: exact(alert.at),
    ago: relative(alert.at, now),
    kind: {
      word: alert.kind,
      look: alert.kind === 'service:state/UNK' ? LOOKS.UNK : SEVERITY_LOOKS[severityOf(alert.kind)],
    },
    server: alert.server ?? 'OverC',
    serverHref: alert.serverId === null ? undefined : `/servers/${alert.serverId}`,
    service: alert.service ?? undefined,
    href: alert.serviceId === null ? undefined : `/services/${alert.serviceId}`,
    message: alert.message,
    info: splitOutput(alert.current?.info ?? '').text,
    deliveries: alert.deliveries.map((delivery) => deliveryText(delivery, alert.at, now)),
  };
}

/** A delivery that took longer says so. */
const PROMPT_MS = 10_000;

/** Such as `mail: waiting, again in 3 min, after 2 attempts (exit code 1)`. */
function deliveryText(delivery: DeliveryView, alertAt: number, now: number): string {
  const { channel, state, attempts, lastError, nextAt, doneAt } = delivery;
  const parts = [`${channel}: ${state}`];
  if (nextAt !== null && nextAt > now) parts.push(`again in ${lengthText(nextAt - now)}`);
  if (doneAt !== null && doneAt - alertAt > PROMPT_MS) parts.push(`${lengthText(doneAt - alertAt)} later`);
  if (attempts > 1 || lastError !== null) parts.push(`after ${countText(attempts, 'attempt')}`);
  return `${parts.join(', ')}${lastError === null ? '' : ` (${lastError})`}`;
}
