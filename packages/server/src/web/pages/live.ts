import { promisify } from 'node:util';
import { type Request, type Response, Router } from 'express';
import { badRequest, notFound, unavailable } from '../../errors.ts';
import type { Streams } from '../../live/streams.ts';
import { readText } from '../query.ts';
import { keyOf, lengthOf, type Shared, takesGzip } from './shared.ts';

/** A path with its query as browsers write it. */
const ADDRESS = /^\/(?!\/)[!"$-~]*$/;

/** The pages that change while they are open. */
export interface LivePages {
  /** Answers `GET path`, and `GET /live?page=path` with a stream of the page's changes. */
  router: Router;
  /** Adds a page, made once for all who ask for it at the same time. */
  page(path: string, view: string, model: (req: Request) => Promise<object>): void;
}

export function createLivePages(streams: Streams, shared: Shared): LivePages {
  const pages = Router();
  const router = Router();

  router.get('/live', (req, res, next) => {
    const address = readAddress(req);
    if (address === undefined) return listen(res);
    // The page's own route finds it, its numbers and its query, and sees by this that it is to be listened to.
    res.locals.isListening = true;
    req.url = req.originalUrl = address;
    pages(req, res, () => next(notFound('There is no such page to be kept up to date.')));
  });
  router.use(pages);

  function listen(res: Response, page?: Parameters<Streams['open']>[1]): void {
    if (!streams.open(res, page))
      throw unavailable('Too many pages are open; this one looks for itself now and then.');
  }

  return {
    router,
    page(path, view, model) {
      pages.get(path, async (req, res) => {
        res.type('html').vary('Accept-Encoding');
        const headers = { ...res.getHeaders() };
        const render = promisify(res.app.render.bind(res.app)) as RenderView;
        const give = () => shared.give(req, headers, async () => render(view, await model(req)));
        if (res.locals.isListening) {
          const make = async () => (await give()).text;
          return listen(res, { key: keyOf(req), make, isPacked: takesGzip(req) });
        }
        const made = await give();
        if (takesGzip(req)) res.set(lengthOf(made.gzip)).end(made.gzip);
        else res.send(made.text);
      });
    },
  };
}

type RenderView = (view: string, model: object) => Promise<string>;

/** The page that a stream is of; undefined for one that is only told that something changed. */
function readAddress(req: Request): string | undefined {
  const address = readText(req.query, 'page');
  if (address !== undefined && !ADDRESS.test(address))
    throw badRequest('page must be the path of a page with its query, such as /servers?cursor=a');
  return address;
}
