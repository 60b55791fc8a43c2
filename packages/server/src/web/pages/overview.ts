import type { Request } from 'express';
import { DAY_MS } from '../../clock.ts';
import { listFleet } from '../../store/views/fleet.ts';
import { loadOverview } from '../../store/views/overview.ts';
import { listProblems } from '../../store/views/problems.ts';
import {
  GROUPINGS,
  listServices,
  placeLength,
  type ServiceFilter,
  type ServiceOrder,
  SORTINGS,
} from '../../store/views/services.ts';
import type { WebDeps } from '../deps.ts';
import { pageOf, readChoice, readCursor, readFlag, readState, readText } from '../query.ts';
import { fleetRow, problemRow, tilesOf, troubleOf } from './fleet.ts';
import { groupsOf } from './groups.ts';
import { nextHref } from './links.ts';

const SERVICES_PER_PAGE = 200;
const SERVERS_PER_PAGE = 30;
const PROBLEMS = 50;
const WALL_PROBLEMS = 30;
const WALL_SERVERS = 500;

type Deps = Pick<WebDeps, 'db' | 'config' | 'clock'>;

/** What is wrong now, then all servers with a dot for each service; with a filter or an order, the services that fit. */
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
  const grouping = readChoice(req.query, 'group', GROUPINGS);
  const sorting = readChoice(req.query, 'sort', SORTINGS);
  const isList = [...Object.values(filter), grouping, sorting].some((value) => value !== undefined);
  const order = { grouping: grouping ?? 'server', sorting: sorting ?? 'name' };
  const counts = await loadOverview(db, now - DAY_MS);
  const tiles = tilesOf(counts);
  const common = {
    title: 'Overview',
    here: req.originalUrl,
    url: config.baseUrl ?? `${req.protocol}://${req.get('host')}/`,
    filter,
    order,
    isList,
    counts,
    tiles,
    trouble: troubleOf(tiles),
  };
  return { ...common, ...(await (isList ? found(deps, req, filter, order) : everything(deps, req))) };
}

async function found(
  { db, clock }: Deps,
  req: Request,
  filter: ServiceFilter,
  order: ServiceOrder,
): Promise<object> {
  const after = readCursor(req.query, placeLength(order));
  const rows = await listServices(db, filter, { order, after, limit: SERVICES_PER_PAGE });
  const page = pageOf(rows, SERVICES_PER_PAGE, ({ place }) => place);
  return { groups: groupsOf(page.rows, order.grouping, clock.now()), next: nextHref(req, page.next) };
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
