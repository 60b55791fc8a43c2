import type { Request } from 'express';
import { findServerWithServices } from '../../store/views/server-services.ts';
import { listServers } from '../../store/views/servers.ts';
import type { WebDeps } from '../deps.ts';
import { pageOf, readCursor, readId } from '../query.ts';
import { alertsBeside } from './beside.ts';
import { serverControls } from './controls.ts';
import { noServer } from './found.ts';
import { nextHref } from './links.ts';
import { serverPast } from './past.ts';
import { serverRow, serviceRow } from './rows.ts';

const SERVERS_PER_PAGE = 100;
const SERVICES_PER_PAGE = 200;

type Deps = Pick<WebDeps, 'db' | 'clock'>;

export async function serversModel({ db, clock }: Deps, req: Request): Promise<object> {
  const after = readCursor(req.query, 1)?.[0]?.toString();
  const rows = await listServers(db, { after, limit: SERVERS_PER_PAGE });
  const page = pageOf(rows, SERVERS_PER_PAGE, ({ name }) => [name]);
  const servers = page.rows.map((server) => serverRow(server, clock.now()));
  return { title: 'Servers', here: req.originalUrl, servers, next: nextHref(req, page.next) };
}

/** One server with its services and alerts. Throws HttpError 404. */
export async function serverModel({ db, clock }: Deps, req: Request): Promise<object> {
  const now = clock.now();
  const id = readId(req.params.id);
  const place = { after: readCursor(req.query, 1)?.[0]?.toString(), limit: SERVICES_PER_PAGE };
  const found = id === undefined ? undefined : await findServerWithServices(db, id, place);
  if (!found) throw noServer();
  const { server, services } = found;
  const page = pageOf(services, SERVICES_PER_PAGE, ({ name }) => [name]);
  return {
    title: server.name,
    here: req.originalUrl,
    server: serverRow(server, now),
    controls: serverControls(server),
    services: page.rows.map((service) => serviceRow(service, now)),
    next: nextHref(req, page.next),
    ...(await serverPast(db, page.rows, req, now)),
    alerts: await alertsBeside(db, { server: server.name }, now),
  };
}
