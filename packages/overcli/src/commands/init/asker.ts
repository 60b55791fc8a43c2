import type { Interface, ReadLineOptions } from 'node:readline';
import { Writable } from 'node:stream';

export interface AskerOptions {
  input: NodeJS.ReadStream;
  out: (text: string) => void;
  columns: number;
  /** Aborts when the program is to end. */
  stop: AbortSignal;
}

/** Asks somebody at a terminal. Every question rejects when there will be no answer: Ctrl-C, Ctrl-D, a signal. */
export class Asker {
  readonly #out: (text: string) => void;
  readonly #lines: Interface;
  /** What was typed before it was asked for. */
  readonly #early: string[] = [];
  readonly #end = new AbortController();
  #hear: ((line: string) => void) | undefined;
  #giveUp: () => void = () => {};
  #isSecret = false;
  /** No more will be typed; what was is still an answer. */
  #isClosed = false;

  /** What a bundle imports statically is loaded by every command, so readline comes when somebody is asked. */
  static async open(options: AskerOptions): Promise<Asker> {
    const { createInterface } = await import('node:readline');
    return new Asker(options, createInterface);
  }

  private constructor(
    { input, out, columns, stop }: AskerOptions,
    createInterface: (options: ReadLineOptions) => Interface,
  ) {
    this.#out = out;
    const echo = new Writable({
      write: (chunk, _encoding, done) => {
        if (!this.#isSecret) out(String(chunk));
        done();
      },
    });
    const output = Object.assign(echo, { columns });
    this.#lines = createInterface({ input, output, terminal: input.isTTY, historySize: 0 });
    this.#lines.on('line', (line) => (this.#hear ? this.#hear(line) : this.#early.push(line)));
    this.#lines.on('SIGINT', () => this.#end.abort());
    this.#lines.on('close', () => {
      this.#isClosed = true;
      this.#giveUp();
    });
    stop.addEventListener('abort', () => this.#end.abort(), { once: true });
  }

  /** Aborts when nothing more is to be asked or done. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Asks until `read` takes the answer; an empty one means `proposal`, which `shown` stands for. */
  async ask<T>(
    question: string,
    { proposal, shown = proposal, read, isSecret = false }: Question<T>,
  ): Promise<T> {
    for (;;) {
      const hint = shown === '' ? '' : ` [${shown}]`;
      const answer = (await this.#line(`${question}${hint}: `, isSecret)).trim();
      try {
        return read(answer === '' ? proposal : answer);
      } catch (error) {
        const { message } = error as Error;
        this.#out(`  ${/^[a-z]/.test(message) ? 'That ' : ''}${message}.\n`);
      }
    }
  }

  confirm(question: string, proposal: boolean): Promise<boolean> {
    const shown = proposal ? 'Y/n' : 'y/N';
    return this.ask(question, { proposal: proposal ? 'yes' : 'no', shown, read: readYesOrNo });
  }

  close(): void {
    this.#lines.close();
  }

  async #line(prompt: string, isSecret: boolean): Promise<string> {
    if (this.#end.signal.aborted) throw stopped();
    if (isSecret || this.#isClosed) this.#out(prompt);
    else this.#lines.setPrompt(prompt);
    this.#isSecret = isSecret;
    if (!isSecret && !this.#isClosed) this.#lines.prompt();
    try {
      return this.#early.shift() ?? (await this.#next());
    } finally {
      this.#hear = undefined;
      this.#giveUp = () => {};
      this.#isSecret = false;
      if (isSecret) this.#out('\n');
    }
  }

  #next(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#hear = resolve;
      this.#giveUp = () => reject(stopped());
      this.#end.signal.addEventListener('abort', this.#giveUp, { once: true });
      if (this.#isClosed) this.#giveUp();
    });
  }
}

export interface Question<T> {
  proposal: string;
  /** What is shown of the proposal, when not all of it. */
  shown?: string;
  /** Throws an Error that says what the answer must be. */
  read: (answer: string) => T;
  /** Whether what is typed is not to be seen. */
  isSecret?: boolean;
}

/** What an ending before the end is. */
export function stopped(): Error {
  return new Error('stopped; nothing was written');
}

function readYesOrNo(answer: string): boolean {
  if (/^y(es)?$/i.test(answer)) return true;
  if (/^no?$/i.test(answer)) return false;
  throw new Error('must be yes or no');
}
