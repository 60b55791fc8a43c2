import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const OVERC_SERVER = fileURLToPath(new URL('../../../packages/server/bin/overc-server.js', import.meta.url));
export const OVERCLI = fileURLToPath(new URL('../../../packages/overcli/bin/overcli.js', import.meta.url));

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface ProgramOptions {
  cwd: string;
  /** Beside the environment of the tests, less what is meant for OverC. */
  env?: NodeJS.ProcessEnv;
}

const running = new Set<Program>();
process.once('exit', () => {
  for (const program of running) program.kill('SIGKILL');
});

/** A real process, in a process group of its own so that nothing it starts outlives it. */
export class Program {
  out = '';
  err = '';
  readonly outcome: Promise<Outcome>;
  readonly #child: ChildProcess;

  constructor([file, ...args]: [string, ...string[]], { cwd, env }: ProgramOptions) {
    this.#child = spawn(file, args, {
      cwd,
      env: { ...withoutOverc(process.env), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(this);
    this.#child.stdout?.on('data', (chunk) => {
      this.out += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.err += chunk;
    });
    this.outcome = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        running.delete(this);
        resolve({ code, signal, out: this.out, err: this.err });
      });
    });
    this.outcome.catch(() => running.delete(this)); // whoever waits for it is told
  }

  get pid(): number {
    return this.#child.pid ?? assert.fail('it did not start');
  }

  get isRunning(): boolean {
    return running.has(this);
  }

  /** Signals the process alone, as a supervisor would; SIGKILL takes the processes of its group with it. */
  kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || !this.isRunning) return;
    try {
      process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Signals it and waits for its end. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
    this.kill(signal);
    return this.outcome;
  }
}

/** Started by its name, as users do, so that it has its flags of V8. With `within`, the command line is what that makes of it. */
export function overcServer(
  args: string[],
  { within = (argv) => argv, ...options }: ProgramOptions & { within?: Within },
): Program {
  return new Program(within([OVERC_SERVER, ...args]) as [string, ...string[]], options);
}

/** Wraps a command line in another one. */
export type Within = (argv: string[]) => string[];

export function overcli(args: string[], options: ProgramOptions): Program {
  return new Program([process.execPath, OVERCLI, ...args], options);
}

/** A command line as a person types it, with the programs of this repository at hand. */
export function shell(line: string, { cwd, env }: ProgramOptions): Program {
  return new Program(['sh', '-c', line], {
    cwd,
    env: { PATH: `${ROOT}node_modules/.bin:${process.env.PATH}`, ...env },
  });
}

function withoutOverc(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OVERC_')));
}
