import { parseJson, WireError } from '@overc/protocol';
import { type Request, Router } from 'express';
import { badRequest, notFound } from '../../errors.ts';
import { type Alteration, changeServer, changeService } from '../../monitor/change.ts';
import { findServer } from '../../store/views/servers.ts';
import { findService } from '../../store/views/services.ts';
import type { WebDeps } from '../deps.ts';
import { readId } from '../query.ts';
import { parseTitle } from '../title.ts';
import { readBody } from './body.ts';
import { serverJson, serviceJson } from './shapes.ts';

/** Many times what the longest title takes. */
const MOST_BYTES = 16_384;

/** `PATCH /api/v1/…`: what people change of servers and services. The answer is the whole of what was changed. */
export function createChangeApi({ db, clock, monitor }: Pick<WebDeps, 'db' | 'clock' | 'monitor'>): Router {
  const router = Router();

  router.patch('/servers/:id', async (req, res) => {
    const id = readId(req.params.id);
    const change = parseAlteration(await readJson(req));
    const isThere = id !== undefined && (await changeServer(monitor, id, change, clock.now()));
    const server = isThere ? await findServer(db, id) : undefined;
    if (!server) throw notFound(`No server has the id ${req.params.id}.`);
    res.json(serverJson(server));
  });

  router.patch('/services/:id', async (req, res) => {
    const id = readId(req.params.id);
    const change = parseAlteration(await readJson(req));
    const isThere = id !== undefined && (await changeService(monitor, id, change, clock.now()));
    const service = isThere ? await findService(db, id) : undefined;
    if (!service) throw notFound(`No service has the id ${req.params.id}.`);
    res.json(serviceJson(service));
  });

  return router;
}

async function readJson(req: Request): Promise<unknown> {
  const bytes = await readBody(req, MOST_BYTES);
  try {
    return parseJson(bytes);
  } catch (error) {
    throw error instanceof WireError ? badRequest(error.message) : error;
  }
}

/** Reads `{title?, paused?}`. Throws badRequest that names the field. */
export function parseAlteration(body: unknown): Alteration {
  const { title, paused } = asFields(body, ['title', 'paused']);
  if (paused !== undefined && typeof paused !== 'boolean') throw badRequest('paused must be true or false');
  return { title: readTitle(title), paused };
}

/** Unlike a report's, a field that is not known is refused: who changes something wants to know that it was not. */
function asFields(body: unknown, known: string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('body must be a JSON object');
  const odd = Object.keys(body).find((name) => !known.includes(name));
  if (odd !== undefined)
    throw badRequest(`${odd.slice(0, 64).toWellFormed()} cannot be changed; what can: ${known.join(', ')}`);
  return body as Record<string, unknown>;
}

function readTitle(title: unknown): string | null | undefined {
  if (title === undefined || title === null) return title;
  if (typeof title !== 'string') throw badRequest('title must be a string, or null to show the name');
  return parseTitle(title);
}
