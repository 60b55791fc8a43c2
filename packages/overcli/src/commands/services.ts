import { nameText, oneOf, STATES, type State } from '@overc/protocol';
import { type Clock, localTime, parseTime } from '../clock.ts';
import type { Command } from '../command.ts';
import { oneLine } from '../log.ts';
import type { OptionValues } from '../options.ts';
import { withClient } from '../report/with-client.ts';
import { COLOURS, DIM, MAGENTA } from './colours.ts';
import { requireRoute } from './connection.ts';
import { readFilter, readLimit } from './list/options.ts';
import { type Filter, gather, MOST_PAGE_BYTES, pagesOf } from './list/pages.ts';
import type { Column } from './table.ts';

/** A service as the read API answers it, as far as the table shows it. */
export interface ServiceRow {
  server: string;
  name: string;
  title: string | null;
  state: State;
  info: string;
  silent: boolean;
  paused: boolean;
  ended_at: string | null;
  state_since: string;
}

export const services: Command = {
  summary:
    'List the services that the collector knows, the worst first: all, or those with TEXT in a name or title',
  operands: ['[TEXT]'],
  options: ['of', 'state', 'silent', 'paused', 'limit', 'json', 'config'],
  example: "-s 'http://localhost:5000' services --state ERR",

  async call({ operands: [text], flags, surroundings }) {
    const { options } = flags;
    const filter = { ...filterOf(options), q: text };
    const limit = readLimit(options);
    const route = await requireRoute(flags, surroundings.env);
    const { log, clock, out } = surroundings;
    const { printJson, printTable } = await import('./list/print.ts'); // how wide texts are takes long to load
    await withClient(route, { ...log, mostAnswerBytes: MOST_PAGE_BYTES }, async (client) => {
      if (options.json) return printJson(pagesOf<ServiceRow>(client, 'services', filter, limit), out);
      const rows = await gather(pagesOf<ServiceRow>(client, 'services', filter));
      const shown = worstFirst(rows).slice(0, limit);
      printTable('services', columnsAt(clock), shown, surroundings);
      if (shown.length < rows.length) surroundings.err(`… and ${rows.length - shown.length} more\n`);
    });
  },
};

function filterOf(options: OptionValues): Filter {
  return {
    server: readFilter(options, 'of', nameText, 'web1'),
    state: readFilter(options, 'state', oneOf(...STATES), 'ERR'),
    silent: options.silent ? 'true' : undefined,
    paused: options.paused ? 'true' : undefined,
  };
}

const ORDER: State[] = ['ERR', 'UNK', 'WARN', 'OK'];

/** As on the collector's overview: ERR, silent, UNK, WARN, OK, and what is paused; within each by server and name. */
export function worstFirst(rows: ServiceRow[]): ServiceRow[] {
  const rank = ({ state, silent, paused }: ServiceRow) => {
    if (paused) return ORDER.length;
    return silent ? 0.5 : ORDER.indexOf(state);
  };
  return [...rows].sort((a, b) => rank(a) - rank(b));
}

export function columnsAt(clock: Pick<Clock, 'wall'>): Column<ServiceRow>[] {
  const now = clock.wall();
  return [
    { title: 'SERVER', least: 6, most: 20, text: ({ server }) => oneLine(server) },
    { title: 'SERVICE', least: 7, most: 24, text: ({ name }) => oneLine(name) },
    { title: 'STATE', least: 5, most: 5, text: ({ state }) => oneLine(state), colour: colourOf },
    { title: 'SINCE', least: 8, most: 16, text: ({ state_since }) => localTime(parseTime(state_since), now) },
    { title: 'NOTE', least: 6, text: notesOf, colour: ({ paused }) => (paused ? DIM : MAGENTA) },
    { title: 'INFO', least: 10, text: ({ info }) => oneLine(info.split('\n', 1)[0] ?? '') },
  ];
}

/** An OK that nobody renewed is none. */
function colourOf({ state, silent, paused }: ServiceRow): number {
  if (paused) return DIM;
  return silent && state === 'OK' ? MAGENTA : COLOURS[state];
}

function notesOf({ silent, paused, ended_at }: ServiceRow): string {
  return [silent && 'silent', ended_at && 'ended', paused && 'paused'].filter(Boolean).join(', ');
}
