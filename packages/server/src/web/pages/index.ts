import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import { notFound } from '../../errors.ts';
import { listCollectors } from '../../store/collectors.ts';
import type { WebDeps } from '../deps.ts';
import { alertsModel, createAlertExports } from './alerts.ts';
import { createChangePages } from './changes.ts';
import { historyModel, reportsModel } from './history.ts';
import { createLivePages } from './live.ts';
import { overviewModel, wallModel } from './overview.ts';
import { collectorRow } from './rows.ts';
import { serverModel, serversModel } from './servers.ts';
import { serviceModel } from './service.ts';
import type { Shared } from './shared.ts';

const ASSETS_MAX_AGE = '1h';

type PageDeps = Pick<WebDeps, 'db' | 'config' | 'clock' | 'log' | 'monitor' | 'streams'>;

/** The pages, and the styles and scripts that they ask for. */
export function createPages(deps: PageDeps, shared: Shared): Router {
  const { db, clock } = deps;
  const router = Router();
  router.use('/assets', assets());
  router.use(createChangePages(deps));
  router.use(createAlertExports(deps));

  const { router: live, page } = createLivePages(deps.streams, shared);
  router.use(live);

  page('/', 'overview', (req) => overviewModel(deps, req));
  page('/wall', 'wall', (req) => wallModel(deps, req));

  page('/servers', 'servers', (req) => serversModel(deps, req));
  page('/servers/:id', 'server', (req) => serverModel(deps, req));
  page('/services/:id', 'service', (req) => serviceModel(deps, req));
  page('/services/:id/history', 'history', (req) => historyModel(deps, req));
  page('/services/:id/reports', 'reports', (req) => reportsModel(deps, req));

  page('/alerts', 'alerts', (req) => alertsModel(deps, req));

  page('/collectors', 'collectors', async (req) => {
    const now = clock.now();
    const collectors = (await listCollectors(db)).map((collector) => collectorRow(collector, now));
    return { title: 'Collectors', here: req.originalUrl, collectors };
  });

  router.use(() => {
    throw notFound('There is no such page.');
  });
  return router;
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
