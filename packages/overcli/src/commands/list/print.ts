import type { Surroundings } from '../../command.ts';
import { BOLD, paint } from '../colours.ts';
import { type Column, layOut } from '../table.ts';

/** JSON leaves these as they are, and a terminal may take them for commands. */
const STEERING = /[\x7f-\x9f]/g;

/** Prints rows as one JSON array, each on a line of its own, as the pages come. */
export async function printJson(pages: AsyncIterable<object[]>, out: (text: string) => void): Promise<void> {
  let before = '[\n';
  for await (const rows of pages) {
    if (rows.length === 0) continue;
    out(before + rows.map(jsonLine).join(',\n'));
    before = ',\n';
  }
  out(before === '[\n' ? '[]\n' : '\n]\n');
}

function jsonLine(row: object): string {
  return JSON.stringify(row).replace(STEERING, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

/** Prints rows as a table: cut to the terminal's width where there is one, and whole elsewhere. That there are none is no line of it. */
export function printTable<Row>(
  noun: string,
  columns: Column<Row>[],
  rows: Row[],
  { out, err, terminal }: Pick<Surroundings, 'out' | 'err' | 'terminal'>,
): void {
  if (rows.length === 0) {
    err(`No ${noun}.\n`);
    return;
  }
  const room = {
    columns: terminal?.size().columns ?? Number.POSITIVE_INFINITY,
    hasColours: terminal?.hasColours ?? false,
  };
  const { titles, lines } = layOut(columns, rows, room);
  out(`${[room.hasColours ? paint(titles, BOLD) : titles, ...lines].join('\n')}\n`);
}
