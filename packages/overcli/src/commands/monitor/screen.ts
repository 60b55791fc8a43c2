import type { Terminal } from '../../terminal.ts';

// Source of the sequences: xterm's control sequences, which terminals have in common.
const OPEN = '\x1b[?1049h\x1b[?25l\x1b[2J';
const CLOSE = '\x1b[?25h\x1b[?1049l';
const CLEAR = '\x1b[2J';
const TO_END_OF_LINE = '\x1b[K';

/** The whole terminal as lines to draw on. What it showed before comes back when it is closed. */
export class Screen {
  readonly #write: (text: string) => void;
  #shown: string[] = [];

  constructor(write: (text: string) => void, terminal: Terminal) {
    this.#write = write;
    terminal.onResize(() => {
      this.#shown = [];
      if (this.#isOpen) this.#write(CLEAR);
    });
  }

  #isOpen = false;

  open(): void {
    this.#isOpen = true;
    this.#write(OPEN);
  }

  /** Shows these lines. Only those that differ are written, all at once, so nothing flickers. */
  draw(lines: string[]): void {
    const count = Math.max(lines.length, this.#shown.length);
    let text = '';
    for (let index = 0; index < count; index++) {
      const line = lines[index] ?? '';
      if (line !== (this.#shown[index] ?? '')) text += `\x1b[${index + 1};1H${line}${TO_END_OF_LINE}`;
    }
    this.#shown = lines;
    if (this.#isOpen && text !== '') this.#write(text);
  }

  close(): void {
    if (this.#isOpen) this.#write(CLOSE);
    this.#isOpen = false;
  }
}
