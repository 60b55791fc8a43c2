import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { statOf } from '../proc.ts';
import { Witness } from './witness.ts';

/** Those by which people and programs talk to a job. Of others Node dies, as the job would, or cannot hear. */
const HEARD: NodeJS.Signals[] = [
  ...(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const),
  ...(['SIGCONT', 'SIGTSTP', 'SIGWINCH'] as const),
];
/** What nobody dies of. */
const HARMLESS = new Set<NodeJS.Signals>(['SIGCONT', 'SIGWINCH']);
/** How long a signal to a whole group may take to strike each of it. */
const GROUP_MS = 50;
/** How often is looked whether the job has stopped, and for how long: it may tidy up a terminal first, or not stop at all. */
const STOP_LOOK_MS = 10;
const STOP_PATIENCE_MS = 2000;

/** Passes signals on to a job that runs in our own process group, once each. */
export class Signals {
  #job: ChildProcess | undefined;
  /** Started before the job: a Ctrl-Z in the moment in which a process is started holds us up until it goes on. */
  readonly #witness = new Witness();
  /** Heard before there was a job. */
  readonly #early: NodeJS.Signals[] = [];
  readonly #onLate: () => void;

  /** Hears from now on. @param onLate is called for one that comes when the job is over */
  constructor(onLate: () => void) {
    this.#onLate = onLate;
    for (const signal of HEARD) process.on(signal, this.#hear);
  }

  startPassing(job: ChildProcess): void {
    this.#job = job;
    for (const signal of this.#early) job.kill(signal);
  }

  endPassing(): void {
    this.#witness.end();
  }

  readonly #hear = (signal: NodeJS.Signals): void => {
    const job = this.#job;
    if (!job) this.#early.push(signal);
    else if (hasEnded(job)) {
      if (!HARMLESS.has(signal)) this.#onLate();
    } else if (signal === 'SIGCONT') this.#resume(job);
    else if (signal === 'SIGTSTP') void this.#stop(job);
    else void this.#pass(signal, job);
  };

  async #pass(signal: NodeJS.Signals, job: ChildProcess): Promise<void> {
    const heardAt = performance.now();
    await sleep(GROUP_MS);
    if (!hasEnded(job) && !this.#hasHad(signal, heardAt)) job.kill(signal);
  }

  /** A witness sleeps through a new window size; only a terminal's foreground hears of those. */
  #hasHad(signal: NodeJS.Signals, heardAt: number): boolean {
    if (signal === 'SIGWINCH') return isInForeground();
    return this.#witness.wasStruck(signal, heardAt) ?? isInForeground();
  }

  #resume(job: ChildProcess): void {
    this.#witness.resume();
    if (isStopped(job)) job.kill('SIGCONT');
  }

  /** Stops when the job has, so that a shell has the terminal back no sooner than the job has tidied it up. */
  async #stop(job: ChildProcess): Promise<void> {
    void this.#pass('SIGTSTP', job);
    for (let waitedMs = 0; waitedMs < STOP_PATIENCE_MS; waitedMs += STOP_LOOK_MS) {
      if (hasEnded(job)) return;
      if (isStopped(job)) return this.#stopSelf();
      await sleep(STOP_LOOK_MS);
    }
  }

  #stopSelf(): void {
    process.off('SIGTSTP', this.#hear);
    process.kill(process.pid, 'SIGTSTP'); // we stand still here until somebody has us go on
    process.on('SIGTSTP', this.#hear);
  }
}

function hasEnded(job: ChildProcess): boolean {
  return job.exitCode !== null || job.signalCode !== null;
}

function isStopped({ pid }: ChildProcess): boolean {
  return pid !== undefined && statOf(pid)?.(3) === 'T';
}

/** Whether we are what a terminal's keys speak to. Source: proc(5), fields pgrp and tpgid. */
function isInForeground(): boolean {
  const stat = statOf('self');
  return stat !== undefined && stat(5) === stat(8);
}
