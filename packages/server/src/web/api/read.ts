import { type Request, type Response, Router } from 'express';
import type { Knex } from 'knex';
import { DAY_MS } from '../../clock.ts';
import { LONGEST_RANGE_MS } from '../../core/uptime.ts';
import { notFound } from '../../errors.ts';
import { removeServer, removeService } from '../../monitor/remove.ts';
import { listCollectors } from '../../store/collectors.ts';
import { listAlerts } from '../../store/views/alerts.ts';
import { listSpans } from '../../store/views/history.ts';
import { listGapsOf, loadObserved } from '../../store/views/observed.ts';
import { loadOverview } from '../../store/views/overview.ts';
import { listReports } from '../../store/views/reports.ts';
import { listServers } from '../../store/views/servers.ts';
import {
  BY_NAME,
  findService,
  listServices,
  placeLength,
  type ServiceView,
} from '../../store/views/services.ts';
import type { WebDeps } from '../deps.ts';
import {
  type Page,
  pageOf,
  type Query,
  readAlertFilter,
  readCursor,
  readFlag,
  readId,
  readLimit,
  readReportPlace,
  readState,
  readText,
  readTime,
  readTimePlace,
} from '../query.ts';
import {
  alertJson,
  collectorJson,
  gapJson,
  overviewJson,
  reportJson,
  serverJson,
  serviceJson,
  spanJson,
  uptimeJson,
} from './shapes.ts';

/** `/api/v1`: what the collector knows, as JSON. */
export function createReadApi({ db, clock, monitor }: Pick<WebDeps, 'db' | 'clock' | 'monitor'>): Router {
  const router = Router();

  router.get('/status', async (_req, res) => {
    res.json(overviewJson(await loadOverview(db, clock.now() - DAY_MS)));
  });

  router.get('/servers', async (req, res) => {
    const limit = readLimit(req.query);
    const after = readCursor(req.query, 1)?.[0];
    const page = pageOf(await listServers(db, { after: after?.toString(), limit }), limit, ({ name }) => [
      name,
    ]);
    sendPage(res, 'servers', page, page.rows.map(serverJson));
  });

  router.delete('/servers/:id', async (req, res) => {
    const id = readId(req.params.id);
    if (id === undefined || !(await removeServer(monitor, id)))
      throw notFound(`No server has the id ${req.params.id}.`);
    res.json({ ok: 1 });
  });

  router.get('/services', async (req, res) => {
    const limit = readLimit(req.query);
    const filter = {
      server: readText(req.query, 'server'),
      state: readState(req.query),
      silent: readFlag(req.query, 'silent'),
      paused: readFlag(req.query, 'paused'),
      q: readText(req.query, 'q'),
    };
    const after = readCursor(req.query, placeLength(BY_NAME));
    const page = pageOf(await listServices(db, filter, { after, limit }), limit, ({ place }) => place);
    sendPage(res, 'services', page, page.rows.map(serviceJson));
  });

  router.get('/services/:id', async (req, res) => {
    res.json(serviceJson(await serviceOf(db, req)));
  });

  router.delete('/services/:id', async (req, res) => {
    const id = readId(req.params.id);
    if (id === undefined || !(await removeService(monitor, id)))
      throw notFound(`No service has the id ${req.params.id}.`);
    res.json({ ok: 1 });
  });

  router.get('/services/:id/history', async (req, res) => {
    const service = await serviceOf(db, req);
    const range = readRange(req.query);
    const page = pageOf(await listSpans(db, service.id, range), range.limit, ({ until, id }) => [until, id]);
    const spans = [...currentSpan(service, range), ...page.rows.map(spanJson)];
    const [from, to] = [
      page.rows.at(-1)?.since ?? service.since,
      range.after?.[0] ?? Number.MAX_SAFE_INTEGER,
    ];
    const gaps = await listGapsOf(db, service.id, {
      since: Math.max(from, range.since ?? 0),
      until: Math.min(to, range.until ?? to),
    });
    sendPage(res, 'spans', page, spans, { gaps: gaps.map(gapJson) });
  });

  router.get('/services/:id/uptime', async (req, res) => {
    const now = clock.now();
    const service = await serviceOf(db, req);
    const observed = await loadObserved(db, [service], { since: now - LONGEST_RANGE_MS, until: now });
    res.json(uptimeJson(observed.get(service.id) ?? [], now));
  });

  router.get('/services/:id/reports', async (req, res) => {
    const service = await serviceOf(db, req);
    const range = { ...readTimes(req.query), after: readReportPlace(req.query) };
    const page = pageOf(await listReports(db, service.id, range), range.limit, ({ place }) => place);
    sendPage(res, 'reports', page, page.rows.map(reportJson));
  });

  router.get('/collectors', async (_req, res) => {
    res.json({ collectors: (await listCollectors(db)).map(collectorJson) });
  });

  router.get('/alerts', async (req, res) => {
    const limit = readLimit(req.query);
    const filter = { ...readAlertFilter(req.query), after: readTimePlace(req.query), limit };
    const page = pageOf(await listAlerts(db, filter, clock.now()), limit, ({ at, id }) => [at, id]);
    sendPage(res, 'alerts', page, page.rows.map(alertJson));
  });

  return router;
}

function sendPage(
  res: Response,
  name: string,
  { next }: Page<unknown>,
  rows: object[],
  more: object = {},
): void {
  res.json({ [name]: rows, ...more, ...(next !== undefined && { next }) });
}

async function serviceOf(db: Knex, req: Request): Promise<ServiceView> {
  const id = readId(req.params.id);
  const service = id === undefined ? undefined : await findService(db, id);
  if (!service) throw notFound(`No service has the id ${req.params.id}.`);
  return service;
}

interface Range {
  since: number | undefined;
  until: number | undefined;
  after: [number, number] | undefined;
  limit: number;
}

function readTimes(query: Query): Omit<Range, 'after'> {
  return { since: readTime(query, 'since'), until: readTime(query, 'until'), limit: readLimit(query) };
}

function readRange(query: Query): Range {
  return { ...readTimes(query), after: readTimePlace(query) };
}

/** The span that is not over yet, but for an end on purpose, on the first page, where the range reaches it. */
function currentSpan(service: ServiceView, { until, after }: Range): object[] {
  const isReached = after === undefined && (until === undefined || service.since < until);
  return isReached ? [spanJson({ ...service, until: service.endedAt })] : [];
}
