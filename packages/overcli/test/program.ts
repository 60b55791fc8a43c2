import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { cli } from '../src/cli.ts';
import { systemClock } from '../src/clock.ts';

export const PROGRAM = fileURLToPath(new URL('../../bin/overcli.js', import.meta.url));

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** The real overcli as a real process. */
export class Program {
  out = '';
  err = '';
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly outcome: Promise<Outcome>;

  constructor(args: string[], nodeOptions: string[] = [], env: NodeJS.ProcessEnv = process.env) {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    this.process = spawn(process.execPath, [...nodeOptions, PROGRAM, ...args], { stdio, env });
    this.process.stdout.on('data', (chunk) => {
      this.out += chunk;
    });
    this.process.stderr.on('data', (chunk) => {
      this.err += chunk;
    });
    this.outcome = new Promise((resolve) => {
      this.process.once('close', (code) => resolve({ code, out: this.out, err: this.err }));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

/** Runs one overcli command to its end. */
export function overcli(...args: string[]): Promise<Outcome> {
  return new Program(args).outcome;
}

/** The same within this process: quicker, for tables. Not for a monitor that would run. */
export async function overcliHere(...args: string[]): Promise<Outcome> {
  const said = { out: '', err: '' };
  const code = await cli(args, {
    out: (text) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
    clock: systemClock,
    env: {},
    listenForStop: () => {
      throw new Error('a monitor began');
    },
  });
  return { code, ...said };
}
