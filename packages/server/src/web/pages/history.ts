import type { Request } from 'express';
import { listSpans } from '../../store/views/history.ts';
import { listGapsOf } from '../../store/views/observed.ts';
import { listReports } from '../../store/views/reports.ts';
import type { ServiceView } from '../../store/views/services.ts';
import type { WebDeps } from '../deps.ts';
import { pageOf, readReportPlace, readTime, readTimePlace } from '../query.ts';
import { serviceOf } from './found.ts';
import { nextHref } from './links.ts';
import { reportRow, serviceRow, spanRow } from './rows.ts';
import { exact } from './times.ts';

const ROWS_PER_PAGE = 100;

type Deps = Pick<WebDeps, 'db' | 'clock'>;

/** All spans of a service, or those that touch a range, the latest first. Throws HttpError 404. */
export async function historyModel({ db, clock }: Deps, req: Request): Promise<object> {
  const now = clock.now();
  const service = await serviceOf(db, req);
  const range = rangeOf(req);
  const page = pageOf(await listSpans(db, service.id, range), ROWS_PER_PAGE, ({ until, id }) => [until, id]);
  const spans = [...lasting(service, range), ...page.rows];
  const gaps = await listGapsOf(db, service.id, { since: spans.at(-1)?.since ?? now, until: now });
  return {
    ...headOf('History', service, range, req, now),
    spans: spans.map((span) => spanRow(service.id, span, gaps, now)),
    next: nextHref(req, page.next),
  };
}

/** The single reports of a service, as far as they are kept, or those in a range, the latest first. Throws HttpError 404. */
export async function reportsModel({ db, clock }: Deps, req: Request): Promise<object> {
  const service = await serviceOf(db, req);
  const range = timesOf(req);
  const asked = { ...range, after: readReportPlace(req.query) };
  const page = pageOf(await listReports(db, service.id, asked), ROWS_PER_PAGE, ({ place }) => place);
  return {
    ...headOf('Reports', service, range, req, clock.now()),
    reports: page.rows.map(reportRow),
    next: nextHref(req, page.next),
  };
}

interface Range {
  since: number | undefined;
  until: number | undefined;
  after: [number, number] | undefined;
  limit: number;
}

type Times = Omit<Range, 'after'>;

function timesOf({ query }: Request): Times {
  return { since: readTime(query, 'since'), until: readTime(query, 'until'), limit: ROWS_PER_PAGE };
}

function rangeOf(req: Request): Range {
  return { ...timesOf(req), after: readTimePlace(req.query) };
}

/** The span that is not over yet, on the first page, where the range reaches it. */
function lasting(service: ServiceView, { until, after }: Range) {
  const isReached = after === undefined && (until === undefined || service.since < until);
  return isReached ? [{ ...service, until: service.endedAt }] : [];
}

function headOf(what: string, service: ServiceView, { since, until }: Times, req: Request, now: number) {
  return {
    title: `${what} of ${service.name} on ${service.server}`,
    what,
    here: req.originalUrl,
    service: serviceRow(service, now),
    since: since === undefined ? undefined : exact(since),
    until: until === undefined ? undefined : exact(until),
  };
}
