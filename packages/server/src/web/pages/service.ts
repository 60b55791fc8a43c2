import { splitOutput } from '@overc/protocol';
import type { Request } from 'express';
import type { WebDeps } from '../deps.ts';
import { alertsBeside } from './beside.ts';
import { serviceControls } from './controls.ts';
import { serviceOf } from './found.ts';
import { servicePast } from './past.ts';
import { perfRow, serviceRow } from './rows.ts';
import { exact, lengthText, relative } from './times.ts';

/** One service with its promise, past and alerts. Throws HttpError 404. */
export async function serviceModel(
  { db, clock }: Pick<WebDeps, 'db' | 'clock'>,
  req: Request,
): Promise<object> {
  const now = clock.now();
  const service = await serviceOf(db, req);
  return {
    title: `${service.name} on ${service.server}`,
    here: req.originalUrl,
    service: serviceRow(service, now),
    measured: splitOutput(service.info).perf.map(perfRow),
    controls: serviceControls(service),
    ...(await servicePast(db, service, req, now)),
    promise: {
      period: lengthText(service.periodSeconds * 1000),
      grace: service.graceSeconds,
      deadline: exact(service.deadlineAt ?? service.reportedAt),
      isOver: service.endedAt !== null,
    },
    running: service.runningSince === null ? undefined : relative(service.runningSince, now),
    historyHref: `/services/${service.id}/history`,
    alerts: await alertsBeside(db, { server: service.server, service: service.name }, now),
  };
}
