import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { statOf, statusOf } from '../proc.ts';

/** It waits for nothing, and dies of every signal that is not caught, without a dump. */
const PROGRAM = ['-c', 'ulimit -c 0; exec cat'];
/** Its death may be noticed before the signal is, on a busy machine; one long before was another's. */
const EARLIER_MS = 200;
/** Source: proc(5). */
const STOPPED = /^[Tt]$/;
const DEAD = /^[ZXx]$/;

/**
 * A process beside the job that does nothing: where a signal strikes it too, it was meant for the whole group (Ctrl-C,
 * timeout(1), a shell's `kill %1`, a service manager), and the job has had it already. Node does not tell who sent one.
 */
export class Witness {
  #process: ChildProcess | undefined;
  /** When it, or the one before it, died of a signal that nobody has asked about yet. */
  readonly #diedOf = new Map<NodeJS.Signals, number>();
  /** Whether the death of this one was asked about before it was noticed. */
  #isCounted = false;
  #isWanted = true;
  #canRun = true;

  constructor() {
    this.#start();
  }

  /**
   * Whether `signal`, which we heard at `heardAt` on the clock that never jumps, struck it too. Each death answers for one
   * signal. Undefined when it cannot tell.
   */
  wasStruck(signal: NodeJS.Signals, heardAt: number): boolean | undefined {
    if (!this.#canRun) return undefined;
    const diedAt = this.#diedOf.get(signal) ?? Number.NEGATIVE_INFINITY;
    this.#diedOf.delete(signal);
    if (diedAt > heardAt - EARLIER_MS) return true;

    const pid = this.#process?.pid;
    const state = pid === undefined ? '' : (statOf(pid)?.(3) ?? '');
    if (STOPPED.test(state)) return true;
    const isDying = pid !== undefined && (DEAD.test(state) || isPending(pid, signal));
    if (!isDying || this.#isCounted) return false;
    this.#isCounted = true;
    return true;
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
    let started: ChildProcess;
    try {
      started = spawn('sh', PROGRAM, { stdio: ['pipe', 'ignore', 'ignore'] });
    } catch {
      this.#canRun = false;
      return;
    }
    this.#process = started;
    this.#isCounted = false;
    started.stdin?.on('error', () => {});
    started.once('error', () => {
      this.#canRun = false;
    });
    started.once('exit', (code, signal) => this.#onExit(code, signal));
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#process = undefined;
    if (signal && !this.#isCounted) this.#diedOf.set(signal, performance.now());
    if (code !== null) this.#canRun = false; // there is no cat
    if (this.#isWanted && this.#canRun) this.#start();
  }
}

/** Whether a process has yet to notice a signal. */
function isPending(pid: number, signal: NodeJS.Signals): boolean {
  const bit = 1n << BigInt(constants.signals[signal] - 1);
  return ['SigPnd', 'ShdPnd'].some((name) => (BigInt(`0x${statusOf(pid, name) ?? '0'}`) & bit) !== 0n);
}
