import type { Cancel } from '../../clock.ts';
import type { Surroundings } from '../../command.ts';
import { createLog, type Log } from '../../log.ts';
import type { Terminal } from '../../terminal.ts';
import type { Board } from './board.ts';
import { Screen } from './screen.ts';
import { renderTable } from './table.ts';

/** How soon a change is seen. */
const REDRAW_MS = 500;
/** How many lines of the log are kept for the end. */
const MOST_LINES = 100;

/** The table on the terminal, and below it the last words of the log, which standard error gets when the table is gone. */
export class Display {
  readonly log: Log;
  readonly #surroundings: Surroundings;
  readonly #terminal: Terminal;
  readonly #screen: Screen;
  #lines: string[] = [];
  #isOpen = false;
  #cancel: Cancel = () => {};

  constructor(terminal: Terminal, verbosity: number, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#terminal = terminal;
    this.#screen = new Screen(surroundings.out, terminal);
    const { clock } = surroundings;
    this.log = terminal.showsErrors
      ? createLog({ write: (line) => this.#take(line), verbosity, prefix: () => clock.timestamp() })
      : surroundings.log;
  }

  /** Shows the board until closed. */
  open(board: Board, headline: () => string): void {
    this.#isOpen = true;
    this.#screen.open();
    const { clock } = this.#surroundings;
    const draw = () => {
      this.#cancel = clock.after(REDRAW_MS, draw);
      const { hasColours, size } = this.#terminal;
      const options = { ...size(), now: clock.now(), hasColours };
      this.#screen.draw(renderTable(headline(), board.rows, this.#lines, options));
    };
    draw();
  }

  close(): void {
    this.#isOpen = false;
    this.#cancel();
    this.#screen.close();
    for (const line of this.#lines) this.#surroundings.err(line);
    this.#lines = [];
  }

  #take(line: string): void {
    if (this.#isOpen) this.#lines = [...this.#lines, line].slice(-MOST_LINES);
    else this.#surroundings.err(line);
  }
}
