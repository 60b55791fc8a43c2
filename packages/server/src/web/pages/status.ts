import { type Response, Router } from 'express';
import type { StatusConfig } from '../../config.ts';
import { conditionOf } from '../../core/uptime.ts';
import { loadObserved } from '../../store/views/observed.ts';
import { findNamedServices } from '../../store/views/services.ts';
import type { WebDeps } from '../deps.ts';
import { badgePicture } from './badge.ts';
import { PUBLIC_RANGE_MS, type PublicStatus, publicStatus } from './public.ts';

/** How long browsers and proxies may keep a page or a badge. */
const MAX_AGE_SECONDS = 30;
/** However many ask, the database is asked so often for each page. */
const FRESH_MS = 5000;

/** The pages and badges for the public, as the settings have them. What they do not have falls through. */
export function createStatusPages({ db, config, clock }: Pick<WebDeps, 'db' | 'config' | 'clock'>): Router {
  const router = Router();
  const recent = new Map<string, { at: number; status: Promise<PublicStatus> }>();

  router.get('/status/:slug', async (req, res, next) => {
    const status = await statusOf(req.params.slug);
    if (!status) return next();
    keepBriefly(res);
    res.render('status', { status });
  });

  router.get('/badge/:slug.svg', async (req, res, next) => {
    const status = await statusOf(req.params.slug);
    if (!status) return next();
    sendBadge(res, status.title, status);
  });

  router.get('/badge/:slug/:number.svg', async (req, res, next) => {
    const status = await statusOf(req.params.slug);
    const entry = /^[1-9]\d?$/.test(req.params.number) && status?.entries[Number(req.params.number) - 1];
    if (!entry) return next();
    sendBadge(res, entry.name, entry);
  });

  async function statusOf(slug: string): Promise<PublicStatus | undefined> {
    const set = config.statuses.find((status) => status.slug === slug);
    if (!set) return undefined;
    const now = clock.now();
    const before = recent.get(slug);
    if (before && Math.abs(now - before.at) < FRESH_MS) return before.status;
    const status = load(set, now);
    recent.set(slug, { at: now, status });
    status.catch(() => recent.delete(slug));
    return status;
  }

  async function load(set: StatusConfig, now: number): Promise<PublicStatus> {
    const services = await findNamedServices(
      db,
      set.entries.map(({ server, service }) => [server, service]),
    );
    const observed = await loadObserved(db, services, { since: now - PUBLIC_RANGE_MS, until: now });
    const known = set.entries.map((entry) => {
      const service = services.find(({ server, name }) => server === entry.server && name === entry.service);
      return service && { condition: conditionOf(service), observed: observed.get(service.id) ?? [] };
    });
    return publicStatus(set, known, now);
  }

  return router;
}

function sendBadge(res: Response, title: string, shown: Pick<PublicStatus, 'isUp' | 'uptime'>): void {
  keepBriefly(res);
  res.set('Cross-Origin-Resource-Policy', 'cross-origin'); // a badge is there to be shown elsewhere
  res.type('image/svg+xml').render('badge', badgePicture(title, shown));
}

function keepBriefly(res: Response): void {
  res.set('Cache-Control', `public, max-age=${MAX_AGE_SECONDS}`);
}
