import express, { Router } from 'express';
import { badRequest } from '../../errors.ts';
import { changeServer, changeService } from '../../monitor/change.ts';
import { removeServer, removeService } from '../../monitor/remove.ts';
import { countOfServer, countOfService } from '../../store/views/removal.ts';
import type { WebDeps } from '../deps.ts';
import { parseTitle } from '../title.ts';
import { serverRemoval, serviceRemoval } from './controls.ts';
import { serverOf, serviceOf } from './found.ts';

/** Many times what the longest title takes. */
const MOST_FORM_BYTES = 16_384;
const SEE_OTHER = 303;

/** Forms that change servers and services. What is posted ends on a page that can be loaded again without harm. */
export function createChangePages({ db, clock, monitor }: Pick<WebDeps, 'db' | 'clock' | 'monitor'>): Router {
  const router = Router();
  const form = express.urlencoded({ extended: false, limit: MOST_FORM_BYTES });

  router.get('/services/:id/rename', async (req, res) => {
    const { id, name, title } = await serviceOf(db, req);
    res.render('rename', { title: 'Rename', name, shown: title, href: `/services/${id}` });
  });

  router.post('/services/:id/rename', form, async (req, res) => {
    const { id } = await serviceOf(db, req);
    await changeService(monitor, id, { title: readTitle(req.body) }, clock.now());
    res.redirect(SEE_OTHER, `/services/${id}`);
  });

  for (const [verb, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    router.post(`/services/:id/${verb}`, async (req, res) => {
      const { id } = await serviceOf(db, req);
      await changeService(monitor, id, { paused }, clock.now());
      res.redirect(SEE_OTHER, `/services/${id}`);
    });

    router.post(`/servers/:id/${verb}`, async (req, res) => {
      const { id } = await serverOf(db, req);
      await changeServer(monitor, id, { paused }, clock.now());
      res.redirect(SEE_OTHER, `/servers/${id}`);
    });
  }

  router.get('/services/:id/remove', async (req, res) => {
    const service = await serviceOf(db, req);
    const question = serviceRemoval(service, await countOfService(db, service));
    res.render('remove', { title: 'Remove', question });
  });

  router.post('/services/:id/remove', async (req, res) => {
    const { id, serverId } = await serviceOf(db, req);
    await removeService(monitor, id);
    res.redirect(SEE_OTHER, `/servers/${serverId}`);
  });

  router.get('/servers/:id/rename', async (req, res) => {
    const { id, name, title } = await serverOf(db, req);
    res.render('rename', { title: 'Rename', name, shown: title, href: `/servers/${id}` });
  });

  router.post('/servers/:id/rename', form, async (req, res) => {
    const { id } = await serverOf(db, req);
    await changeServer(monitor, id, { title: readTitle(req.body) }, clock.now());
    res.redirect(SEE_OTHER, `/servers/${id}`);
  });

  router.get('/servers/:id/remove', async (req, res) => {
    const server = await serverOf(db, req);
    const question = serverRemoval(server, await countOfServer(db, server.id));
    res.render('remove', { title: 'Remove', question });
  });

  router.post('/servers/:id/remove', async (req, res) => {
    const { id } = await serverOf(db, req);
    await removeServer(monitor, id);
    res.redirect(SEE_OTHER, '/servers');
  });

  return router;
}

/** A form's title; one that is left empty takes the title away. */
function readTitle(body: Record<string, unknown> | undefined): string | null {
  const title = body?.title;
  if (typeof title !== 'string') throw badRequest('title must be given once');
  return title.trim() === '' ? null : parseTitle(title);
}
