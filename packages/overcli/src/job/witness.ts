import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { statOf, statusOf } from './proc.ts';

/** It waits for nothing, and dies of every signal that is not caught, without a dump. */
const PROGRAM = ['-c', 'ulimit -c 0; exec cat'];
/** Over, being buried, or stopped. Source: proc(5). */
const STRUCK = /^[ZXxTt]$/;

/**
 * A process beside the job that does nothing: where a signal strikes it too, it was meant for the whole group (Ctrl-C,
 * timeout(1), a shell's `kill %1`, a service manager), and the job has had it already. Node does not tell who sent one.
 */
export class Witness {
  #process: ChildProcess | undefined;
  #isWanted = true;
  #canRun = true;

  constructor() {
    this.#start();
  }

  /** Whether `signal`, which struck us a moment ago, struck it as well. Undefined when it cannot tell. */
  wasStruck(signal: NodeJS.Signals): boolean | undefined {
    if (!this.#canRun) return undefined;
    const pid = this.#process?.pid;
    if (pid === undefined) return true; // by one before this, in the same moment
    if (STRUCK.test(statOf(pid)?.(3) ?? 'X')) return true;
    const bit = 1n << BigInt(constants.signals[signal] - 1);
    return ['SigPnd', 'ShdPnd'].some((name) => (BigInt(`0x${statusOf(pid, name) ?? '0'}`) & bit) !== 0n);
  }

  /** Has it go on when it was stopped. */
  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  end(): void {
    this.#isWanted = false;
    this.#process?.kill('SIGKILL');
  }

  #start(): void {
    const started = spawn('sh', PROGRAM, { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#process = started;
    started.stdin.on('error', () => {});
    started.once('error', () => {
      this.#canRun = false;
    });
    started.once('exit', (code) => {
      this.#process = undefined;
      if (code !== null) this.#canRun = false; // there is no cat
      if (this.#isWanted && this.#canRun) this.#start();
    });
  }
}
