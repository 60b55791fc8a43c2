import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Request, Router } from 'express';
import { DAY_MS } from '../../clock.ts';
import { notFound } from '../../errors.ts';
import { listCollectors } from '../../store/collectors.ts';
import { listGaps } from '../../store/gaps.ts';
import { listAlerts, listDeliveries } from '../../store/views/alerts.ts';
import { listReports, listSpans } from '../../store/views/history.ts';
import { loadOverview } from '../../store/views/overview.ts';
import { findServer, listServers } from '../../store/views/servers.ts';
import { findService, listServices } from '../../store/views/services.ts';

import type { WebDeps } from '../deps.ts';
import {
  pageOf,
  readCursor,
  readFlag,
  readId,
  readNamePlace,
  readState,
  readText,
  readTimePlace,
} from '../query.ts';
import { serverPast, servicePast } from './past.ts';
import { alertRow, collectorRow, groupByServer, reportRow, serverRow, serviceRow, spanRow } from './rows.ts';
import { exact, lengthText } from './times.ts';

const SERVICES_PER_PAGE = 200;
const ROWS_PER_PAGE = 100;
/** Rows of each list on the page of one server or service. */
const ROWS_BESIDE = 50;
const ASSETS_MAX_AGE = '1h';

/** The pages, and the styles and scripts that they ask for. */
export function createPages({ db, config, clock }: WebDeps): Router {
  const router = Router();
  router.use('/assets', assets());

  router.get('/', async (req, res) => {
    const now = clock.now();
    const filter = {
      q: readText(req.query, 'q'),
      state: readState(req.query),
      silent: readFlag(req.query, 'silent'),
    };
    const services = await listServices(db, {
      ...filter,
      after: readNamePlace(req.query),
      limit: SERVICES_PER_PAGE,
    });
    const page = pageOf(services, SERVICES_PER_PAGE, ({ server, name }) => [server, name]);
    res.render('overview', {
      title: 'Overview',
      here: req.originalUrl,
      counts: await loadOverview(db, now - DAY_MS),
      filter,
      groups: groupByServer(page.rows, now),
      next: nextHref(req, page.next),
      url: config.baseUrl ?? `${req.protocol}://${req.get('host')}/`,
    });
  });

  router.get('/servers', async (req, res) => {
    const after = readCursor(req.query, 1)?.[0]?.toString();
    const page = pageOf(await listServers(db, { after, limit: ROWS_PER_PAGE }), ROWS_PER_PAGE, ({ name }) => [
      name,
    ]);
    const servers = page.rows.map((server) => serverRow(server, clock.now()));
    res.render('servers', {
      title: 'Servers',
      here: req.originalUrl,
      servers,
      next: nextHref(req, page.next),
    });
  });

  router.get('/servers/:id', async (req, res) => {
    const now = clock.now();
    const id = readId(req.params.id);
    const server = id === undefined ? undefined : await findServer(db, id);
    if (!server) throw notFound('There is no such server; it may have been removed.');
    const services = await listServices(db, {
      serverId: server.id,
      after: readNamePlace(req.query),
      limit: SERVICES_PER_PAGE,
    });
    const page = pageOf(services, SERVICES_PER_PAGE, ({ server, name }) => [server, name]);
    res.render('server', {
      title: server.name,
      here: req.originalUrl,
      server: serverRow(server, now),
      services: page.rows.map((service) => serviceRow(service, now)),
      next: nextHref(req, page.next),
      ...(await serverPast(db, page.rows, req, now)),
      alerts: await alertRows({ server: server.name, limit: ROWS_BESIDE }, now),
    });
  });

  router.get('/services/:id', async (req, res) => {
    const now = clock.now();
    const id = readId(req.params.id);
    const service = id === undefined ? undefined : await findService(db, id);
    if (!service) throw notFound('There is no such service; it may have been removed.');
    const spans = (await listSpans(db, service.id, { limit: ROWS_BESIDE })).slice(0, ROWS_BESIDE);
    const gaps = await listGaps(db, spans.at(-1)?.since ?? service.since, now);
    const reports = (await listReports(db, service.id, { limit: ROWS_BESIDE })).slice(0, ROWS_BESIDE);
    res.render('service', {
      title: `${service.name} on ${service.server}`,
      here: req.originalUrl,
      server: { name: service.server, href: `/servers/${service.serverId}` },
      service: serviceRow(service, now),
      ...(await servicePast(db, service, req, now)),
      promise: {
        period: lengthText(service.periodSeconds * 1000),
        grace: service.graceSeconds,
        deadline: exact(service.deadlineAt),
      },
      spans: [{ ...service, until: null }, ...spans].map((span) => spanRow(span, gaps, now)),
      reports: reports.map(reportRow),
      alerts: await alertRows({ server: service.server, service: service.name, limit: ROWS_BESIDE }, now),
    });
  });

  router.get('/alerts', async (req, res) => {
    const now = clock.now();
    const rows = await listAlerts(db, {
      after: readTimePlace(req.query),
      limit: ROWS_PER_PAGE,
    });
    const page = pageOf(rows, ROWS_PER_PAGE, ({ at, id }) => [at, id]);
    const deliveries = await listDeliveries(
      db,
      page.rows.map(({ id }) => id),
      now,
    );
    const alerts = page.rows.map((alert) => alertRow(alert, deliveries, now));
    res.render('alerts', { title: 'Alerts', here: req.originalUrl, alerts, next: nextHref(req, page.next) });
  });

  router.get('/collectors', async (req, res) => {
    const now = clock.now();
    const collectors = (await listCollectors(db)).map((collector) => collectorRow(collector, now));
    res.render('collectors', { title: 'Collectors', here: req.originalUrl, collectors });
  });

  async function alertRows(filter: Parameters<typeof listAlerts>[1], now: number) {
    const alerts = (await listAlerts(db, filter)).slice(0, filter.limit);
    const deliveries = await listDeliveries(
      db,
      alerts.map(({ id }) => id),
      now,
    );
    return alerts.map((alert) => alertRow(alert, deliveries, now));
  }

  router.use(() => {
    throw notFound('There is no such page.');
  });
  return router;
}

/** The address of the next page of a list, with the filter kept. */
function nextHref(req: Request, next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  const query = new URLSearchParams(req.originalUrl.split('?')[1]);
  query.set('cursor', next);
  return `?${query}`;
}

function assets(): Router {
  const router = Router();
  const packageFolder = (file: string) => dirname(fileURLToPath(import.meta.resolve(file)));
  const options = { maxAge: ASSETS_MAX_AGE, index: false };
  router.use(express.static(fileURLToPath(new URL('../public', import.meta.url)), options));
  router.use('/tabler', express.static(packageFolder('@tabler/core/dist/css/tabler.min.css'), options));
  router.use('/htmx', express.static(join(packageFolder('htmx.org/dist/htmx.min.js')), options));
  return router;
}
