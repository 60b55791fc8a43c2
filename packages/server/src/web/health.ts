import { Router } from 'express';
import type { Knex } from 'knex';
import type { Clock } from '../clock.ts';
import type { Metrics } from '../metrics.ts';
import type { Readiness } from '../monitor/readiness.ts';
import { loadOverview } from '../store/views/overview.ts';

/** `/healthz` (alive), `/readyz` (can store) and `/metrics`. */
export function createHealth(db: Knex, clock: Clock, metrics: Metrics, readiness: Readiness): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ ok: 1 });
  });

  router.get('/readyz', async (_req, res) => {
    const { problem, warnings } = await readiness();
    if (problem === undefined) res.json({ ok: 1, warnings });
    else
      res
        .status(503)
        .set('Retry-After', '1')
        .json({ error: `Nothing can be stored: ${problem}.`, warnings });
  });

  router.get('/metrics', async (_req, res) => {
    const overview = await loadOverview(db, clock.now());
    for (const [state, count] of Object.entries(overview.states)) metrics.services.set({ state }, count);
    metrics.silent.set(overview.silent);
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  return router;
}
