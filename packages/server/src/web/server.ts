import { createServer, type IncomingMessage, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import compression from 'compression';
import ejs from 'ejs';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import proxyAddr from 'proxy-addr';
import { HttpError, notFound } from '../errors.ts';
import type { Log } from '../log.ts';
import { unavailability } from '../store/dialect.ts';
import { createChangeApi } from './api/changes.ts';
import { createReadApi } from './api/read.ts';
import { createWriteApi } from './api/write.ts';
import type { WebDeps } from './deps.ts';
import { createHealth } from './health.ts';
import { createPages } from './pages/index.ts';
import { createShared, type Shared } from './pages/shared.ts';
import { createStatusPages } from './pages/status.ts';
import { refuseForeign } from './same-origin.ts';

/** A sender that takes longer than this for one request is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The HTTP server: the write API and the pages made a moment ago in front, everything else in Express. */
export function createWeb(deps: WebDeps): Server {
  const { config, log, intake, badKeys, clock, metrics, changes } = deps;
  const shared = createShared(changes.version, () => clock.now());
  const app = createExpress(deps, shared);
  const writeApi = createWriteApi({
    intake,
    badKeys,
    clock,
    maxBodyBytes: config.maxBodyBytes,
    addressOf: (req) => addressOf(req, config.trustsProxy),
    observe: metrics.countPost,
    onError: (err) => log.error({ err }, 'a report could not be handled'),
  });
  return createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (req, res) => {
    if (!writeApi(req, res) && !shared.answer(req, res)) app(req, res);
  });
}

/** The sender's address, behind whatever proxies are trusted. Most reports come through none, so that nothing need be looked up. */
function addressOf(req: IncomingMessage, trusts: WebDeps['config']['trustsProxy']): string | null {
  const isDirect = req.headers['x-forwarded-for'] === undefined;
  return (isDirect ? req.socket.remoteAddress : proxyAddr(req, trusts)) ?? null;
}

/** Everything but the write API. */
export function createExpress(deps: Omit<WebDeps, 'intake' | 'badKeys'>, shared: Shared): Express {
  const { db, config, clock, log, metrics, readiness } = deps;
  const app = express();
  app.set('trust proxy', config.trustsProxy);
  app.set('views', fileURLToPath(new URL('views', import.meta.url)));
  app.engine('ejs', ejs.renderFile);
  app.set('view engine', 'ejs');
  app.enable('view cache'); // else each template is read and compiled again for every page

  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'self'"],
        },
      },
      strictTransportSecurity: false, // the proxy that adds TLS decides this
    }),
  );
  app.use(compression());
  app.use(createHealth(db, clock, metrics, readiness));
  app.use(refuseForeign);
  app.use('/api/v1', createChangeApi(deps));
  app.use('/api/v1', createReadApi(deps));
  app.use('/api', () => {
    throw notFound('There is no such API path; docs/protocol.md lists them.');
  });
  app.use(createStatusPages(deps));
  app.use(createPages(deps, shared));
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) =>
    sendError(error, req, res, log),
  );
  return app;
}

/** What an error is called that the sender can do something about. */
const TITLES: Record<number, string> = { 403: 'Refused', 404: 'Not found' };

function sendError(error: unknown, req: Request, res: Response, log: Log): void {
  const { status, message } = explain(error);
  if (status >= 500) log.error({ err: error, path: req.path }, 'a request failed');
  res.status(status);
  if (status === 503) res.set('Retry-After', '1');
  if (req.path.startsWith('/api/')) res.json({ error: message });
  else if (PUBLIC.test(req.path)) res.render('status-error', publicError(status));
  else if (status >= 500)
    res.render('error', { title: 'Something went wrong', status, message, here: req.originalUrl });
  else res.render('error', { title: TITLES[status] ?? 'Not understood', status, message });
}

/** What anybody may see; nothing there tells of the inside. */
const PUBLIC = /^\/(status|badge)\//;

function publicError(status: number): { title: string; message: string } {
  return status < 500
    ? { title: 'Not found', message: 'There is no such page.' }
    : { title: 'Not now', message: 'This page cannot be shown at the moment. Try again soon.' };
}

function explain(error: unknown): { status: number; message: string } {
  if (error instanceof HttpError) return error;
  const why = unavailability(error);
  if (why !== undefined)
    return { status: 503, message: `There is no answer: ${why}; try again in a moment.` };
  const status = (error as { status?: unknown }).status;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, message: 'The address or the request is malformed.' };
  return { status: 500, message: 'The collector failed at this; its log says why.' };
}
