import { toIso, toIsoOrNull } from '../../clock.ts';
import { severityOf } from '../../core/alert.ts';
import type { Gap } from '../../core/gap.ts';
import type { Stretch } from '../../core/observed.ts';
import type { Span } from '../../core/status.ts';
import { tallyOf, UPTIME_RANGES, uptimeOf } from '../../core/uptime.ts';
import type { Collector } from '../../store/collectors.ts';
import type { AlertView, DeliveryView } from '../../store/views/alerts.ts';
import type { Overview } from '../../store/views/overview.ts';
import type { ReportView } from '../../store/views/reports.ts';
import type { ServerView } from '../../store/views/servers.ts';
import type { ServiceView } from '../../store/views/services.ts';

/** What the read API answers, in its own words: snake_case, times as ISO 8601 in UTC. */
export function overviewJson({ servers, services, silent, states, alerts }: Overview): object {
  return { servers, services, silent, states, alerts_24h: alerts };
}

export function serverJson({
  id,
  name,
  title,
  ip,
  lastReportAt,
  lastSeenAt,
  state,
  services,
  silent,
  paused,
  skewMs,
}: ServerView): object {
  return {
    id,
    name,
    title,
    ip,
    last_report_at: toIsoOrNull(lastReportAt),
    last_seen_at: toIso(lastSeenAt),
    state,
    services,
    silent,
    paused,
    skew: skewMs === null ? null : skewMs / 1000,
  };
}

export function serviceJson(service: ServiceView): object {
  const { id, server, name, title, state, info, silent, paused } = service;
  return {
    id,
    server,
    name,
    title,
    state,
    info,
    period: service.periodSeconds,
    grace: service.graceSeconds,
    silent,
    paused,
    reported_at: toIso(service.reportedAt),
    deadline_at: toIsoOrNull(service.deadlineAt),
    running_since: toIsoOrNull(service.runningSince),
    ended_at: toIsoOrNull(service.endedAt),
    state_since: toIso(service.stateSince),
  };
}

/** A span; `until` is null while it lasts. */
export function spanJson({
  state,
  silent,
  since,
  until,
  reports,
  info,
}: Omit<Span, 'until'> & { until: number | null }): object {
  return { state, silent, since: toIso(since), until: toIsoOrNull(until), reports, info };
}

/** The uptime by range, null where nothing was observed, and since when something was. */
export function uptimeJson(observed: Stretch[], now: number): object {
  const uptime = UPTIME_RANGES.map(({ name, lengthMs }) => {
    const ratio = uptimeOf(tallyOf(observed, { since: now - lengthMs, until: now }));
    return [name, ratio ?? null];
  });
  return { uptime: Object.fromEntries(uptime), since: toIsoOrNull(observed[0]?.since ?? null) };
}

/** A time in which nobody was listening. */
export function gapJson({ since, until }: Gap): object {
  return { since: toIso(since), until: toIso(until) };
}

export function collectorJson({ name, version, startedAt, aliveAt }: Collector): object {
  return { name, version, started_at: toIso(startedAt), alive_at: toIso(aliveAt) };
}

export function reportJson({ at, state, info }: ReportView): object {
  return { at: toIso(at), state, info };
}

function deliveryJson({ channel, state, attempts, lastError, nextAt, doneAt }: DeliveryView): object {
  return {
    channel,
    state,
    attempts,
    last_error: lastError,
    next_at: toIsoOrNull(nextAt),
    done_at: toIsoOrNull(doneAt),
  };
}

export function alertJson(alert: AlertView): object {
  const { id, at, server, service, kind, message, current, deliveries } = alert;
  return {
    id,
    at: toIso(at),
    server,
    service,
    kind,
    severity: severityOf(kind),
    message,
    state: current?.state ?? null,
    info: current?.info ?? null,
    deliveries: deliveries.map(deliveryJson),
  };
}
