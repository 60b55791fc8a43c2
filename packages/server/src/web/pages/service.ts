import type { Request } from 'express';
import { listReports, listSpans } from '../../store/views/history.ts';
import { listGapsOf } from '../../store/views/observed.ts';
import type { WebDeps } from '../deps.ts';
import { alertsBeside, ROWS_BESIDE } from './beside.ts';
import { serviceControls } from './controls.ts';
import { serviceOf } from './found.ts';
import { servicePast } from './past.ts';
import { reportRow, serviceRow, spanRow } from './rows.ts';
import { exact, lengthText, relative } from './times.ts';

/** One service with its promise, history, alerts and latest reports. Throws HttpError 404. */
export async function serviceModel(
  { db, clock }: Pick<WebDeps, 'db' | 'clock'>,
  req: Request,
): Promise<object> {
  const now = clock.now();
  const service = await serviceOf(db, req);
  const spans = (await listSpans(db, service.id, { limit: ROWS_BESIDE })).slice(0, ROWS_BESIDE);
  const shown = { since: spans.at(-1)?.since ?? service.since, until: now };
  const gaps = await listGapsOf(db, service.id, shown);
  const reports = (await listReports(db, service.id, { limit: ROWS_BESIDE })).slice(0, ROWS_BESIDE);
  return {
    title: `${service.name} on ${service.server}`,
    here: req.originalUrl,
    server: { name: service.serverTitle ?? service.server, href: `/servers/${service.serverId}` },
    service: serviceRow(service, now),
    controls: serviceControls(service),
    ...(await servicePast(db, service, req, now)),
    promise: {
      period: lengthText(service.periodSeconds * 1000),
      grace: service.graceSeconds,
      deadline: exact(service.deadlineAt ?? service.reportedAt),
      isOver: service.endedAt !== null,
    },
    running: service.runningSince === null ? undefined : relative(service.runningSince, now),
    spans: [{ ...service, until: service.endedAt }, ...spans].map((span) => spanRow(span, gaps, now)),
    reports: reports.map(reportRow),
    alerts: await alertsBeside(db, { server: service.server, service: service.name }, now),
  };
}
