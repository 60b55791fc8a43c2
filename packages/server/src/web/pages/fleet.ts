import { type State, splitOutput } from '@overc/protocol';
import { worstState } from '../../core/worst.ts';
import type { FleetServer } from '../../store/views/fleet.ts';
import type { Overview } from '../../store/views/overview.ts';
import type { Problem } from '../../store/views/problems.ts';
import { type Badge, stateBadge } from './rows.ts';
import { type Moment, relative } from './times.ts';

/** How a service stands, as one word: its state, `silent`, or `paused`. Looks and letters are chosen by it. */
export type Standing = 'ok' | 'warn' | 'err' | 'unk' | 'silent' | 'paused';

export function standingOf({
  state,
  silent,
  paused,
}: {
  state: State;
  silent: boolean;
  paused: boolean;
}): Standing {
  if (paused) return 'paused';
  return silent ? 'silent' : (state.toLowerCase() as Standing);
}

/** A letter for each standing, so that nothing hangs on colour alone; none when all is well. */
const LETTERS: Record<Standing, string> = { ok: '', warn: 'W', err: 'E', unk: '?', silent: 'S', paused: 'P' };

export interface Dot {
  href: string;
  standing: Standing;
  letter: string;
  /** Such as `disk: ERR`. */
  label: string;
}

export interface FleetRow {
  href: string;
  name: string;
  badge: Badge;
  dots: Dot[];
  /** How many services are not shown as dots. */
  more: number;
}

/** Dots shown of one server. */
const MOST_DOTS = 60;

export function fleetRow({ id, name, title, services }: FleetServer): FleetRow {
  return {
    href: `/servers/${id}`,
    name: title ?? name,
    badge: stateBadge(worstState(services)),
    dots: services.slice(0, MOST_DOTS).map(dotOf),
    more: Math.max(services.length - MOST_DOTS, 0),
  };
}

function dotOf(service: FleetServer['services'][number]): Dot {
  const standing = standingOf(service);
  const word = ['silent', 'paused'].includes(standing) ? standing : service.state;
  const label = `${service.title ?? service.name}: ${word}`;
  return { href: `/services/${service.id}`, standing, letter: LETTERS[standing], label };
}

export interface ProblemRow {
  href: string;
  name: string;
  serverHref: string;
  server: string;
  standing: Standing;
  /** The state's word, or `silent`. */
  word: string;
  info: string;
  since: Moment;
}

export function problemRow(problem: Problem, now: number): ProblemRow {
  const { id, name, title, serverId, server, serverTitle, state, silent, info, since } = problem;
  return {
    href: `/services/${id}`,
    name: title ?? name,
    serverHref: `/servers/${serverId}`,
    server: serverTitle ?? server,
    standing: standingOf({ ...problem, paused: false }),
    word: silent ? 'silent' : state,
    info: splitOutput(info).text,
    since: relative(since, now),
  };
}

/** How much trouble there is, for the title and the icon. */
export interface Trouble {
  count: number;
  /** The worst of it; undefined when there is none. */
  worst: Standing | undefined;
}

const WORST_FIRST: Standing[] = ['err', 'silent', 'unk', 'warn'];

export function troubleOf(counts: Tile[]): Trouble {
  const some = counts.filter(({ standing, count }) => WORST_FIRST.includes(standing) && count > 0);
  const count = some.reduce((sum, tile) => sum + tile.count, 0);
  return { count, worst: WORST_FIRST.find((standing) => some.some((tile) => tile.standing === standing)) };
}

/** How many services stand so, and where they are listed. */
export interface Tile {
  standing: Standing;
  word: string;
  count: number;
  href: string;
}

/** The counts, the worst first. */
export function tilesOf({ heard, unheard, paused }: Overview): Tile[] {
  const tile = (state: State): Tile => ({
    standing: standingOf({ state, silent: false, paused: false }),
    word: state,
    count: heard[state],
    href: `/?state=${state}&silent=0&paused=0`,
  });
  const silentTile: Tile = {
    standing: 'silent',
    word: 'silent',
    count: unheard,
    href: '/?silent=1&paused=0',
  };
  const pausedTile: Tile = { standing: 'paused', word: 'paused', count: paused, href: '/?paused=1' };
  const tiles = [tile('ERR'), silentTile, tile('UNK'), tile('WARN'), tile('OK')];
  return paused > 0 ? [...tiles, pausedTile] : tiles;
}
