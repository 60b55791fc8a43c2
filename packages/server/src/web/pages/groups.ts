import type { Grouping, ServiceView } from '../../store/views/services.ts';
import { type Standing, standingOf } from './fleet.ts';
import { type ServiceRow, serviceRow } from './rows.ts';

/** Services that stand together in a list. */
export interface Group {
  /** The server's name, or how the services stand; undefined when all are in one group. */
  title: string | undefined;
  /** The server's page. */
  href: string | undefined;
  /** Whether each service says whose it is. */
  namesServer: boolean;
  services: ServiceRow[];
}

const TITLES: Record<Standing, string> = {
  err: 'ERR',
  silent: 'Silent',
  unk: 'UNK',
  warn: 'WARN',
  ok: 'OK',
  paused: 'Paused',
};

/** What a service's group is called, and where it leads. */
const HEADS: Record<Grouping, (service: ServiceView) => Pick<Group, 'title' | 'href' | 'namesServer'>> = {
  server: ({ server, serverTitle, serverId }) => ({
    title: serverTitle ?? server,
    href: `/servers/${serverId}`,
    namesServer: false,
  }),
  state: (service) => ({ title: TITLES[standingOf(service)], href: undefined, namesServer: true }),
  none: () => ({ title: undefined, href: undefined, namesServer: true }),
};

/** Services in their order, gathered into groups. */
export function groupsOf(services: ServiceView[], grouping: Grouping, now: number): Group[] {
  const groups: Group[] = [];
  for (const service of services) {
    const head = HEADS[grouping](service);
    const last = groups.at(-1);
    const isSame = last && last.title === head.title && last.href === head.href;
    const group = isSame ? last : { ...head, services: [] };
    if (!isSame) groups.push(group);
    group.services.push(serviceRow(service, now));
  }
  return groups;
}
