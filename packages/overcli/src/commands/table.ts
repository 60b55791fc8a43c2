import stringWidth from 'string-width';
import { paint } from './colours.ts';

export interface Column<Row> {
  title: string;
  /** Its least and most width in cells; the last column takes what is left. */
  least: number;
  most?: number;
  /** On one line. */
  text: (row: Row) => string;
  colour?: (row: Row) => number | undefined;
}

export interface Room {
  /** How many cells a line may have; Infinity where nobody cuts it. */
  columns: number;
  hasColours: boolean;
}

const GAP = '  ';

/** Rows under their columns' titles, no line longer than there is room. */
export function layOut<Row>(
  columns: Column<Row>[],
  rows: Row[],
  room: Room,
): { titles: string; lines: string[] } {
  const widths = widthsOf(columns, rows, room.columns);
  const titles = columns.map(({ title }) => ({ text: title, colour: undefined }));
  const cellsOf = (row: Row) =>
    columns.map(({ text, colour }) => ({
      text: text(row),
      colour: room.hasColours ? colour?.(row) : undefined,
    }));
  return {
    titles: lineOf(titles, widths, room.columns),
    lines: rows.map((row) => lineOf(cellsOf(row), widths, room.columns)),
  };
}

/** Each column as wide as its texts need; the last one as wide as is left. */
function widthsOf<Row>(columns: Column<Row>[], rows: Row[], room: number): number[] {
  const isOpen = room === Number.POSITIVE_INFINITY;
  const widths = columns.map(({ title, least, most, text }) => {
    const needed = rows.reduce((width, row) => Math.max(width, stringWidth(text(row))), title.length);
    return Math.max(least, isOpen ? needed : Math.min(needed, most ?? needed));
  });
  if (isOpen) return widths;
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  return [...widths.slice(0, -1), Math.max(0, room - before)];
}

interface Cell {
  text: string;
  colour: number | undefined;
}

/** Cells side by side; those for which there is no room are cut. */
function lineOf(cells: Cell[], widths: number[], room: number): string {
  let line = '';
  let left = room;
  for (const [index, { text, colour }] of cells.entries()) {
    const gap = index === 0 ? '' : GAP.slice(0, left);
    left -= gap.length;
    const width = Math.min(widths[index] ?? 0, left);
    left -= width;
    const cell = fit(text, width);
    const shown = cell.trimEnd();
    line +=
      gap + (colour === undefined || shown === '' ? cell : paint(shown, colour) + cell.slice(shown.length));
  }
  return line.trimEnd();
}

/** `text` in exactly so many cells, cut with an ellipsis or filled with spaces. */
export function fit(text: string, width: number): string {
  const needed = stringWidth(text);
  if (needed <= width) return text + ' '.repeat(width - needed);
  let cut = '';
  let used = 0;
  for (const { segment } of SEGMENTER.segment(text)) {
    const next = used + stringWidth(segment);
    if (next > width - 1) break;
    cut += segment;
    used = next;
  }
  return width === 0 ? '' : `${cut}…${' '.repeat(width - used - 1)}`;
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });
