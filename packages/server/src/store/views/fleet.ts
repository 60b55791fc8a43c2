import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import { shownTitle } from './services.ts';

/** A server with its services, as far as they are shown as dots. */
export interface FleetServer {
  id: number;
  name: string;
  title: string | null;
  services: {
    id: number;
    name: string;
    title: string | null;
    state: State;
    silent: boolean;
    paused: boolean;
  }[];
}

/** Most services that are read for one page. */
const MOST_SERVICES = 3000;

interface Row {
  id: number;
  name: string;
  title: string | null;
  service_id: number | null;
  service: string;
  service_title: string | null;
  state: State;
  silent: number;
  paused: number;
}

/** Servers by name after `after`, each with its services by name; one more than `limit` when there is a next page. */
export async function listFleet(
  db: Knex,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<FleetServer[]> {
  const some = db('servers')
    .orderBy('name')
    .limit(limit + 1)
    .select('id', 'name', 'title');
  if (after !== undefined) some.where('name', '>', after);
  const rows: Row[] = await db
    .from(some.as('s'))
    .leftJoin('services as v', 'v.server_id', 's.id')
    .orderBy(['s.name', 'v.name'])
    .limit(MOST_SERVICES)
    .select('s.id', 's.name', 's.title', 'v.state', 'v.silent', 'v.paused', {
      service_id: 'v.id',
      service: 'v.name',
      service_title: shownTitle(db),
    });
  return gather(rows);
}

function gather(rows: Row[]): FleetServer[] {
  const servers: FleetServer[] = [];
  for (const { id, name, title, service_id, service, service_title, state, silent, paused } of rows) {
    if (servers.at(-1)?.id !== id) servers.push({ id, name, title, services: [] });
    if (service_id === null) continue;
    const dot = {
      id: service_id,
      name: service,
      title: service_title,
      state,
      silent: Boolean(silent),
      paused: Boolean(paused),
    };
    servers.at(-1)?.services.push(dot);
  }
  return servers;
}
