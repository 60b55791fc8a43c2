import { nameText, oneOf, text } from '@overc/protocol';
import { type Clock, localTime, parseTime } from '../clock.ts';
import type { Command } from '../command.ts';
import { oneLine } from '../log.ts';
import type { OptionValues } from '../options.ts';
import { withClient } from '../report/with-client.ts';
import { GREEN, RED, YELLOW } from './colours.ts';
import { requireRoute } from './connection.ts';
import { readFilter, readLimit, readSince } from './list/options.ts';
import { type Filter, gather, MOST_PAGE_BYTES, pagesOf } from './list/pages.ts';
import type { Column } from './table.ts';

/** An alert as the read API answers it, as far as the table shows it. */
export interface AlertRow {
  at: string;
  server: string | null;
  service: string | null;
  kind: string;
  severity: string;
  message: string;
}

const SEVERITY_COLOURS: Record<string, number> = { info: GREEN, warning: YELLOW, critical: RED };
const USUAL_LIMIT = 100;

export const alerts: Command = {
  summary: `List alerts that the collector raised, the latest first, ${USUAL_LIMIT} unless --limit says another number`,
  operands: [],
  options: ['of', 'service', 'kind', 'severity', 'since', 'limit', 'json', 'config'],
  example: "-s 'http://localhost:5000' alerts --since 2h --severity critical",

  async call({ flags, surroundings }) {
    const { options } = flags;
    const { log, clock, out } = surroundings;
    const filter = filterOf(options, clock);
    const limit = readLimit(options) ?? USUAL_LIMIT;
    const route = await requireRoute(flags, surroundings.env);
    const { printJson, printTable } = await import('./list/print.ts'); // how wide texts are takes long to load
    await withClient(route, { ...log, mostAnswerBytes: MOST_PAGE_BYTES }, async (client) => {
      const pages = pagesOf<AlertRow>(client, 'alerts', filter, limit);
      if (options.json) return printJson(pages, out);
      printTable('alerts', columnsAt(clock), await gather(pages), surroundings);
    });
  },
};

function filterOf(options: OptionValues, clock: Clock): Filter {
  return {
    server: readFilter(options, 'of', nameText, 'web1'),
    service: readFilter(options, 'service', nameText, 'disk'),
    kind: readFilter(options, 'kind', text, 'plugin/offline'),
    severity: readFilter(options, 'severity', oneOf(...Object.keys(SEVERITY_COLOURS)), 'critical'),
    since: readFilter(options, 'since', readSince(clock), '2h, 2026-01-31'),
  };
}

function columnsAt(clock: Pick<Clock, 'wall'>): Column<AlertRow>[] {
  const now = clock.wall();
  return [
    { title: 'AT', least: 8, most: 16, text: ({ at }) => localTime(parseTime(at), now) },
    { title: 'SERVER', least: 6, most: 20, text: ({ server }) => oneLine(server ?? '') },
    { title: 'SERVICE', least: 7, most: 24, text: ({ service }) => oneLine(service ?? '') },
    {
      title: 'KIND',
      least: 4,
      most: 18,
      text: ({ kind }) => oneLine(kind),
      colour: ({ severity }) => SEVERITY_COLOURS[severity],
    },
    { title: 'MESSAGE', least: 10, text: ({ message }) => oneLine(message.split('\n', 1)[0] ?? '') },
  ];
}
