import type { Request } from 'express';
import { DAY_MS } from '../../clock.ts';
import { listFleet } from '../../store/views/fleet.ts';
import { loadOverview } from '../../store/views/overview.ts';
import { listProblems } from '../../store/views/problems.ts';
import { listServices } from '../../store/views/services.ts';
import type { WebDeps } from '../deps.ts';
import { pageOf, readCursor, readFlag, readNamePlace, readState, readText } from '../query.ts';
import { fleetRow, problemRow, tilesOf, troubleOf } from './fleet.ts';
import { nextHref } from './links.ts';
import { groupByServer } from './rows.ts';

const SERVICES_PER_PAGE = 200;
const SERVERS_PER_PAGE = 30;
const PROBLEMS = 50;
const WALL_PROBLEMS = 30;
const WALL_SERVERS = 500;

type Deps = Pick<WebDeps, 'db' | 'config' | 'clock'>;

/** What is wrong now, then all servers with a dot for each service; with a filter, the services that fit. */
export async function overviewModel(deps: Deps, req: Request): Promise<object> {
  const { db, config, clock } = deps;
  const now = clock.now();
  const filter = {
    q: readText(req.query, 'q'),
    server: readText(req.query, 'server'),
    state: readState(req.query),
    silent: readFlag(req.query, 'silent'),
    paused: readFlag(req.query, 'paused'),
  };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const counts = await loadOverview(db, now - DAY_MS);
  const tiles = tilesOf(counts);
  const common = {
    title: 'Overview',
    here: req.originalUrl,
    url: config.baseUrl ?? `${req.protocol}://${req.get('host')}/`,
    filter,
    isFiltered,
    counts,
    tiles,
    trouble: troubleOf(tiles),
  };
  return { ...common, ...(await (isFiltered ? found(deps, req, filter) : everything(deps, req))) };
}

async function found({ db, clock }: Deps, req: Request, filter: object): Promise<object> {
  const rows = await listServices(db, {
    ...filter,
    after: readNamePlace(req.query),
    limit: SERVICES_PER_PAGE,
  });
  const page = pageOf(rows, SERVICES_PER_PAGE, ({ server, name }) => [server, name]);
  return { groups: groupByServer(page.rows, clock.now()), next: nextHref(req, page.next) };
}

async function everything({ db, clock }: Deps, req: Request): Promise<object> {
  const after = readCursor(req.query, 1)?.[0]?.toString();
  const problems = after === undefined ? await listProblems(db, PROBLEMS) : [];
  const page = pageOf(
    await listFleet(db, { after, limit: SERVERS_PER_PAGE }),
    SERVERS_PER_PAGE,
    ({ name }) => [name],
  );
  return {
    problems: problems.slice(0, PROBLEMS).map((problem) => problemRow(problem, clock.now())),
    hasMore: problems.length > PROBLEMS,
    fleet: page.rows.map(fleetRow),
    next: nextHref(req, page.next),
  };
}

/** The same for a television: no controls, and as many servers as are slid through. */
export async function wallModel({ db, clock }: Deps, req: Request): Promise<object> {
  const now = clock.now();
  const tiles = tilesOf(await loadOverview(db, now - DAY_MS));
  const problems = await listProblems(db, WALL_PROBLEMS);
  const fleet = await listFleet(db, { limit: WALL_SERVERS });
  return {
    title: 'Wall',
    here: req.originalUrl,
    look: 'wall',
    tiles,
    trouble: troubleOf(tiles),
    problems: problems.slice(0, WALL_PROBLEMS).map((problem) => problemRow(problem, now)),
    more: problems.length > WALL_PROBLEMS,
    fleet: fleet.slice(0, WALL_SERVERS).map(fleetRow),
  };
}
