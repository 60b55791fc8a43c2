import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/overcli.js', import.meta.url));

const ESCAPE = '\x1b';
/** What the screen writes for one line. */
const DRAWN_LINE = new RegExp(`${ESCAPE}\\[(\\d+);1H([^\\r\\n]*?)${ESCAPE}\\[K`, 'g');
const STYLE = new RegExp(`${ESCAPE}\\[\\d*m`, 'g');

/** The real overcli on a real terminal, which script(1) opens, and what can be read there. */
export class PseudoTerminal {
  /** Everything that was written to it. */
  raw = '';
  readonly exited: Promise<number | null>;
  readonly process: ChildProcessByStdio<Writable, Readable, null>;

  constructor(
    args: string[],
    { columns = 80, rows = 24, env = {} as NodeJS.ProcessEnv, behind = '', cwd = process.cwd() } = {},
  ) {
    const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
    const command = `stty cols ${columns} rows ${rows}; echo $(tty) pid $$; exec ${words} ${behind}`;
    const { NO_COLOR, ...inherited } = process.env;
    this.process = spawn('script', ['-qec', command, '/dev/null'], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...inherited, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    });
    this.process.stdout.on('data', (chunk) => {
      this.raw += chunk;
    });
    this.exited = new Promise((resolve) => {
      this.process.once('close', resolve);
    });
  }

  /** The number of the program itself. */
  get pid(): number | undefined {
    const found = /pid (\d+)/.exec(this.raw)?.[1];
    return found === undefined ? undefined : Number(found);
  }

  /** What is to be seen, without colours, of what was drawn since the screen was opened. */
  get lines(): string[] {
    const lines: string[] = [];
    const drawn = this.raw.slice(this.raw.lastIndexOf('\x1b[2J') + 1);
    for (const [, line, text] of drawn.matchAll(DRAWN_LINE))
      lines[Number(line) - 1] = (text ?? '').replace(STYLE, '');
    return [...lines].map((text) => text ?? '');
  }

  get hasColours(): boolean {
    return new RegExp(`${ESCAPE}\\[3\\dm`).test(this.raw);
  }

  /** Changes its size, as a window does that is dragged. */
  resize(columns: number, rows: number): void {
    const device = /(\/dev\/\S+) pid/.exec(this.raw)?.[1] ?? '';
    execFileSync('stty', ['-F', device, 'cols', String(columns), 'rows', String(rows)]);
  }
}
