import { Router } from 'express';
import type { Knex } from 'knex';
import type { Clock } from '../clock.ts';
import type { Metrics } from '../metrics.ts';
import { saveMeta } from '../store/meta.ts';
import { loadOverview } from '../store/views/overview.ts';

/** A probe's write is repeated at most this often, however many probe. */
const PROBE_EVERY_MS = 1000;
const PROBE_PATIENCE_MS = 3000;

/** `/healthz` (alive), `/readyz` (can store) and `/metrics`. */
export function createHealth(db: Knex, clock: Clock, metrics: Metrics): Router {
  const router = Router();
  let probe = { at: Number.NEGATIVE_INFINITY, result: Promise.resolve(false) };

  /** Whether a write reaches the disk now: only a write tells of a full one. */
  function canStore(): Promise<boolean> {
    const now = clock.now();
    if (Math.abs(now - probe.at) >= PROBE_EVERY_MS) {
      const write = saveMeta(db, 'probed-at', String(now)).then(
        () => true,
        () => false,
      );
      probe = { at: now, result: Promise.race([write, after(PROBE_PATIENCE_MS)]) };
    }
    return probe.result;
  }

  router.get('/healthz', (_req, res) => {
    res.json({ ok: 1 });
  });

  router.get('/readyz', async (_req, res) => {
    if (await canStore()) res.json({ ok: 1 });
    else res.status(503).set('Retry-After', '1').json({ error: 'The database cannot store anything now.' });
  });

  router.get('/metrics', async (_req, res) => {
    const overview = await loadOverview(db, clock.now());
    for (const [state, count] of Object.entries(overview.states)) metrics.services.set({ state }, count);
    metrics.silent.set(overview.silent);
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  return router;
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref();
  });
}
