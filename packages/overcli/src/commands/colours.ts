import type { State } from '@overc/protocol';

// Source of the numbers: ECMA-48, Select Graphic Rendition.
export const BOLD = 1;
export const DIM = 2;
export const RED = 31;
export const GREEN = 32;
export const YELLOW = 33;
export const MAGENTA = 35;

/** How a state looks on every terminal. */
export const COLOURS: Record<State, number> = { OK: GREEN, WARN: YELLOW, ERR: RED, UNK: MAGENTA };

/** `text` in a colour or style. Only for a terminal that has colours. */
export function paint(text: string, code: number): string {
  return `\x1b[${code}m${text}\x1b[0m`;
}
