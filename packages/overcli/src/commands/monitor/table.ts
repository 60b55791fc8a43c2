import { oneLine } from '../../log.ts';
import { BOLD, COLOURS, paint } from '../colours.ts';
import { type Column, fit, layOut } from '../table.ts';
import type { Row } from './board.ts';

export interface TableOptions {
  columns: number;
  rows: number;
  /** The time on the clock that never jumps. */
  now: number;
  hasColours: boolean;
}

const columnsAt = (now: number): Column<Row>[] => [
  { title: 'SERVICE', least: 7, most: 30, text: ({ service }) => oneLine(service) },
  {
    title: 'STATE',
    least: 5,
    most: 5,
    text: ({ state }) => state ?? '',
    colour: ({ state }) => state && COLOURS[state],
  },
  {
    title: 'LAST',
    least: 8,
    most: 8,
    text: ({ reportedAt }) => (reportedAt === undefined ? '' : `${span(now - reportedAt)} ago`),
  },
  { title: 'NEXT', least: 8, most: 8, text: (row) => nextOf(row, now) },
  { title: 'TOOK', least: 7, most: 7, text: ({ runMs }) => (runMs === undefined ? '' : took(runMs)) },
  { title: 'INFO', least: 10, text: ({ info }) => oneLine(info.split('\n', 1)[0] ?? '') },
];
const LEAST_ROWS_WITH_FOOTER = 8;

/** Worst first; one that has not reported yet stands before those that are well. */
const ORDER = ['ERR', 'UNK', 'WARN', undefined, 'OK'];

/**
 * The services as lines of a terminal: a headline, the titles, a line for each service, the worst first, as many as there
 * is room for, and `footer` below.
 */
export function renderTable(
  headline: string,
  rows: Row[],
  footer: string[],
  options: TableOptions,
): string[] {
  const { columns, now, hasColours } = options;
  const lastLines = options.rows < LEAST_ROWS_WITH_FOOTER ? [] : footer.slice(-Math.floor(options.rows / 4));
  const room = Math.max(1, options.rows - 2 - (lastLines.length > 0 ? lastLines.length + 1 : 0));
  const sorted = [...rows].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const shown = sorted.slice(0, sorted.length > room ? room - 1 : room);
  const { titles, lines } = layOut(columnsAt(now), shown, options);
  const more = sorted.length - shown.length;
  return [
    fit(oneLine(headline), columns).trimEnd(),
    hasColours ? paint(titles, BOLD) : titles,
    ...lines,
    ...(more > 0 ? [fit(`… and ${more} more`, columns).trimEnd()] : []),
    ...(lastLines.length > 0 ? [''] : []),
    ...lastLines.map((line) => fit(oneLine(line).trim(), columns).trimEnd()),
  ];
}

function nextOf({ isRunning, nextAt }: Row, now: number): string {
  if (isRunning) return 'running';
  return nextAt === undefined ? '' : `in ${span(Math.max(0, nextAt - now))}`;
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** A time of some length in its largest unit, such as `48s` or `3h`. */
export function span(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 2 * MINUTE_S) return `${seconds}s`;
  if (seconds < 2 * HOUR_S) return `${Math.floor(seconds / MINUTE_S)}m`;
  if (seconds < 2 * DAY_S) return `${Math.floor(seconds / HOUR_S)}h`;
  return `${Math.floor(seconds / DAY_S)}d`;
}

/** How long something took. */
export function took(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
