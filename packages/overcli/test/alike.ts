import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { PROGRAM } from './program.ts';

/** What whoever starts a command line can see of it. */
export interface Seen {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: Buffer;
  err: Buffer;
}

export interface ShellOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string | Buffer;
  /** What `$run` stands for; nothing, so that the command runs by itself, unless given. */
  run?: string[];
  shell?: string;
  /** Whether it gets a process group of its own. */
  detached?: boolean;
}

/** The words in front of a command that have overcli run it. */
export function runBy(url: string, ...options: string[]): string[] {
  return [process.execPath, PROGRAM, '-s', url, '-i', 'web1:k3y', 'run', ...options, '--'];
}

/** A shell that runs a command line in which `$run` stands in front of the job. */
export class ShellLine {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly seen: Promise<Seen>;
  out = Buffer.alloc(0);
  err = Buffer.alloc(0);

  constructor(
    line: string,
    { run = [], input, shell = 'sh', cwd, env, detached = false }: ShellOptions = {},
  ) {
    this.process = spawn(shell, ['-c', line], {
      cwd,
      env: { ...process.env, ...env, run: run.join(' ') },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached,
    });
    this.process.stdout.on('data', (chunk) => {
      this.out = Buffer.concat([this.out, chunk]);
    });
    this.process.stderr.on('data', (chunk) => {
      this.err = Buffer.concat([this.err, chunk]);
    });
    this.process.stdin.on('error', () => {});
    this.process.stdin.end(input);
    this.seen = new Promise((resolve) => {
      this.process.once('close', (code, signal) => resolve({ code, signal, out: this.out, err: this.err }));
    });
  }
}

/** Runs a line by itself and by overcli, expects that nobody can tell the one from the other, and answers what was seen. */
export async function assertAlike(url: string, line: string, options: ShellOptions = {}): Promise<Seen> {
  const without = await new ShellLine(line, options).seen;
  const within = await new ShellLine(line, { ...options, run: runBy(url) }).seen;
  assert.deepEqual(asText(within), asText(without), line);
  return within;
}

function asText({ code, signal, out, err }: Seen): object {
  return { code, signal, out: out.toString('latin1'), err: err.toString('latin1') };
}
