import type { Cancel, Clock } from '../clock.ts';
import { familyOf, isStill, type Known } from './family.ts';

/** How long a job that ran into its timeout has to tidy up before it is killed. */
export const KILL_AFTER_MS = 10_000;

export interface TimeoutOptions {
  clock: Clock;
  timeoutMs?: number | undefined;
  killAfterMs?: number;
}

/** Ends a job, with all that it has started, when its time is over. */
export class Timeout {
  readonly #pid: number;
  readonly #options: TimeoutOptions;
  /** What was running then: when a job ends before its children, nothing tells any more whose they were. */
  #family: Known[] = [];
  #cancel: Cancel = () => {};
  /** Whether it came to that. */
  isOver = false;

  constructor(pid: number, options: TimeoutOptions) {
    const { clock, timeoutMs } = options;
    this.#pid = pid;
    this.#options = options;
    if (timeoutMs !== undefined) this.#cancel = clock.after(timeoutMs, () => this.#terminate());
  }

  /** To be called when the job has ended: what it was told to end and left running is killed. */
  end(): void {
    this.#cancel();
    this.#kill();
  }

  #terminate(): void {
    this.isOver = true;
    this.#family = withSelf(this.#pid);
    for (const { pid } of this.#family) send(pid, 'SIGTERM');
    for (const { pid } of this.#family) send(pid, 'SIGCONT'); // what stands still hears nothing
    const { clock, killAfterMs = KILL_AFTER_MS } = this.#options;
    this.#cancel = clock.after(killAfterMs, () => this.#kill());
  }

  #kill(): void {
    for (const known of this.#family)
      if (isStill(known)) for (const { pid } of withSelf(known.pid)) send(pid, 'SIGKILL');
  }
}

/** Where the system does not tell families, the process alone. */
function withSelf(pid: number): Known[] {
  const family = familyOf(pid);
  return family.length > 0 ? family : [{ pid, startedAt: undefined }];
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it is over, or another user's
  }
}
