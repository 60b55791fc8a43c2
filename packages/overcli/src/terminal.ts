import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** The terminal that standard output is. */
export interface Terminal {
  size: () => { columns: number; rows: number };
  onResize: (action: () => void) => void;
  /** Whether standard error is shown on a terminal too. */
  showsErrors: boolean;
  /** Whether it can be drawn on. */
  canDraw: boolean;
  hasColours: boolean;
}

/**
 * Undefined when standard output is a file or a pipe; Node's stream of it is not touched then. Colours are left out where
 * $NO_COLOR is set (https://no-color.org).
 */
export function findTerminal(program: NodeJS.Process): Terminal | undefined {
  if (!isatty(1)) return undefined;
  const { stdout, env } = program;
  const canDraw = env.TERM !== undefined && env.TERM !== 'dumb';
  return {
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    onResize: (action) => stdout.on('resize', action),
    showsErrors: isatty(2),
    canDraw,
    hasColours: canDraw && !env.NO_COLOR,
  };
}

/** Whether a terminal controls us; one that was closed does so no longer. Source: tty(4). */
export function isControlled(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
