import { run } from '@overc/command';
import type { Cancel, Clock } from '../clock.ts';
import type { Log } from '../log.ts';

/** How often its state's text may change. */
const STATUS_MS = 5000;
const PATIENCE_MS = 5000;
const MOST_OUTPUT_BYTES = 1000;
/** systemd wants a sign of life within its time; half of that leaves room. Source: sd_watchdog_enabled(3). */
const SHARE_OF_WATCHDOG = 0.5;

export interface ManagerOptions {
  env: NodeJS.ProcessEnv;
  pid: number;
  clock: Clock;
  log: Log;
  /** What the monitor does, in a line. */
  status: () => string;
}

/**
 * Tells a service manager such as systemd how the monitor is, when there is one that wants to know ($NOTIFY_SOCKET).
 * Node cannot open a datagram socket in the file system, so systemd's own `systemd-notify` carries the words: it comes with
 * every systemd. Source of the words: sd_notify(3).
 */
export class ServiceManager {
  readonly #options: ManagerOptions;
  readonly #isThere: boolean;
  readonly #watchdogMs: number | undefined;
  #sent: Promise<void> = Promise.resolve();
  #lastStatus = '';
  #timers: Cancel[] = [];
  #hasFailed = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#isThere = Boolean(options.env.NOTIFY_SOCKET);
    this.#watchdogMs = watchdogMs(options.env, options.pid);
  }

  /** The first time it also begins to give signs of life and to tell what the monitor does. */
  ready(): void {
    this.#lastStatus = this.#options.status();
    this.#say('READY=1', `STATUS=${this.#lastStatus}`);
    if (!this.#isThere || this.#timers.length > 0) return;
    this.#every(STATUS_MS, () => this.#tellStatus());
    if (this.#watchdogMs !== undefined)
      this.#every(SHARE_OF_WATCHDOG * this.#watchdogMs, () => this.#say('WATCHDOG=1'));
  }

  reloading(): void {
    this.#say('RELOADING=1');
  }

  /** Resolves when the word has been passed on. */
  async stopping(): Promise<void> {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#say('STOPPING=1');
    await this.#sent;
  }

  #tellStatus(): void {
    const status = this.#options.status();
    if (status === this.#lastStatus) return;
    this.#lastStatus = status;
    this.#say(`STATUS=${status}`);
  }

  #every(ms: number, action: () => void): void {
    const index = this.#timers.length;
    const turn = () => {
      this.#timers[index] = this.#options.clock.after(ms, turn);
      action();
    };
    this.#timers[index] = this.#options.clock.after(ms, turn);
  }

  /** One after the other, since their order means something. */
  #say(...words: string[]): void {
    if (this.#isThere) this.#sent = this.#sent.then(() => this.#pass(words));
  }

  async #pass(words: string[]): Promise<void> {
    const { env, log } = this.#options;
    const { ending, stderr } = await run({
      argv: ['systemd-notify', ...words],
      cwd: '/',
      env,
      timeoutMs: PATIENCE_MS,
      maxOutputBytes: MOST_OUTPUT_BYTES,
    });
    const isPassed = ending.kind === 'exit' && ending.code === 0;
    if (!isPassed && !this.#hasFailed)
      log.notice(
        `NOTIFY_SOCKET is set, and systemd-notify did not pass on ${words[0]}: ${'reason' in ending ? ending.reason : stderr || ending.kind}`,
      );
    this.#hasFailed = !isPassed;
  }
}

/** Within how many ms a sign of life is wanted of us; undefined when none is. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv, pid: number): number | undefined {
  const isForUs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid;
  const usec = Number(WATCHDOG_USEC);
  return isForUs && usec > 0 ? usec / 1000 : undefined;
}
