import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import { toIso } from '../../clock.ts';
import { KINDS, SEVERITIES } from '../../core/alert.ts';
import { type AlertView, listAlerts } from '../../store/views/alerts.ts';
import type { WebDeps } from '../deps.ts';
import { type AlertFilter, pageOf, readAlertFilter, readTimePlace } from '../query.ts';
import { csvExport, type ExportFormat, type ExportPiece, jsonExport, MOST_EXPORTED } from './export.ts';
import { filteredHref, nextHref } from './links.ts';
import { alertRow } from './rows.ts';

const ROWS_PER_PAGE = 100;
/** Alerts that an export reads at once; their infos may be long. */
const ROWS_PER_PIECE = 200;

type Deps = Pick<WebDeps, 'db' | 'clock' | 'log'>;

/** The list of alerts. */
export async function alertsModel({ db, clock }: Deps, req: Request): Promise<object> {
  const now = clock.now();
  const filter = readAlertFilter(req.query);
  const place = { after: readTimePlace(req.query), limit: ROWS_PER_PAGE };
  const page = pageOf(await listAlerts(db, { ...filter, ...place }, now), ROWS_PER_PAGE, placeOf);
  return {
    title: 'Alerts',
    here: req.originalUrl,
    form: alertForm(filter),
    alerts: page.rows.map((alert) => alertRow(alert, now)),
    next: nextHref(req, page.next),
  };
}

/** What the list is filtered to, as a file. */
export function createAlertExports({ db, clock, log }: Deps): Router {
  const router = Router();

  for (const [path, format] of [
    ['/alerts.csv', csvExport],
    ['/alerts.json', jsonExport],
  ] as const)
    router.get(path, async (req, res) => {
      const text = textOf(format, piecesOf(readAlertFilter(req.query)));
      await send(res, format.type, path.slice(1), text);
    });

  /** All that fits the filter, a piece at a time, so that a slow reader takes up neither memory nor a connection. */
  async function* piecesOf(filter: AlertFilter): AsyncGenerator<ExportPiece> {
    let after: [number, number] | undefined;
    for (let left = MOST_EXPORTED; left > 0; left -= ROWS_PER_PIECE) {
      const limit = Math.min(left, ROWS_PER_PIECE);
      const rows = await listAlerts(db, { ...filter, after, limit }, clock.now());
      const alerts = rows.slice(0, limit);
      const hasMore = rows.length > limit;
      yield { alerts, isCut: hasMore && left === limit };
      const last = alerts.at(-1);
      if (!last || !hasMore) return;
      after = placeOf(last);
    }
  }

  async function send(res: Response, type: string, name: string, text: AsyncGenerator<string>) {
    const first = await text.next(); // what fails at once is still answered with an error
    res.attachment(name).set('Content-Type', type).set('Cache-Control', 'no-store');
    res.write(first.value ?? '');
    await pipeline(Readable.from(text), res).catch((err) => {
      if (!res.closed) log.error({ err }, 'an export was cut off');
      res.destroy();
    });
  }

  return router;
}

async function* textOf(format: ExportFormat, pieces: AsyncGenerator<ExportPiece>): AsyncGenerator<string> {
  let [isFirst, isCut] = [true, false];
  for await (const piece of pieces) {
    yield (isFirst ? format.before : '') + format.piece(piece, isFirst);
    [isFirst, isCut] = [false, piece.isCut];
  }
  yield format.after(isCut);
}

const placeOf = ({ at, id }: AlertView): [number, number] => [at, id];

/** What the form above the list holds. */
export function alertForm(filter: AlertFilter) {
  const { server = '', service = '', kind = '', severity = '', since } = filter;
  return {
    server,
    service,
    kind,
    severity,
    // As a browser's field for a time has it, which knows no zone; the page says that it is UTC.
    since: since === undefined ? '' : toIso(since).slice(0, 19),
    kinds: KINDS,
    severities: SEVERITIES,
    isFiltered: Object.values(filter).some((value) => value !== undefined),
    csvHref: filteredHref('/alerts.csv', filter),
    jsonHref: filteredHref('/alerts.json', filter),
  };
}
