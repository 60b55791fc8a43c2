import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';

/** The variable by which a program and all that it starts are known. */
const VARIABLE = 'OVERC_RUN';
const PROC = '/proc';
/** How soon after a program's end is looked for what it left: many share a look. */
const USUAL_DELAY_MS = 5000;
/** A look takes a few milliseconds on a machine of a few hundred processes; it shall cost no more than this share of a core. */
const MOST_SHARE = 0.005;
/** The same where something is likely to be found. */
const MOST_URGENT_SHARE = 0.05;
/** What most environments fit into. */
const COMMON_BYTES = 16 * 1024;
const MICROSECONDS_PER_MS = 1000;
/** What is found may start others meanwhile, which the next look finds. */
const MOST_LOOKS = 10;

/** A program that runs, marked. */
export interface Marked {
  /** The variable to put into its environment. */
  env: Record<string, string>;
  /** To be called at its end; `urgent` when it did not come to it by itself. */
  end: (urgent: boolean) => void;
}

/**
 * Finds and kills what programs leave running when they are over, also what left their process group by setsid(2). Each
 * program carries a mark of its own in its environment, which its children inherit and nobody else can have: so only a
 * descendant is ever killed. Linux alone tells others' environments (proc(5)); elsewhere nothing is found, and neither is a
 * process there that wiped its environment or belongs to another user.
 */
export class Strays {
  readonly #mark = `${VARIABLE}=${randomUUID()}.`;
  readonly #running = new Set<number>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #room = Buffer.alloc(COMMON_BYTES);
  #lookedAt = 0;
  #lookMs = 0;

  mark(): Marked {
    const number = ++this.#count;
    this.#running.add(number);
    const [name = '', value] = `${this.#mark}${number}`.split('=');
    return {
      env: { [name]: value ?? '' },
      end: (urgent) => {
        this.#running.delete(number);
        this.#sweepSoon(urgent);
      },
    };
  }

  /** Kills all that is left of programs that are over. Answers how many processes that were. */
  sweep(): number {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const before = process.cpuUsage();
    const killed = new Set<number>();
    for (let look = 0, known = -1; look < MOST_LOOKS && killed.size > known; look++) {
      known = killed.size;
      this.#kill(killed);
    }
    const { user, system } = process.cpuUsage(before);
    this.#lookedAt = performance.now();
    this.#lookMs = (user + system) / MICROSECONDS_PER_MS;
    return killed.size;
  }

  #sweepSoon(urgent: boolean): void {
    const restMs = this.#lookMs / (urgent ? MOST_URGENT_SHARE : MOST_SHARE);
    const at = Math.max(performance.now() + (urgent ? 0 : USUAL_DELAY_MS), this.#lookedAt + restMs);
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const delayMs = Math.max(0, at - performance.now());
    this.#timer = setTimeout(() => this.sweep(), delayMs).unref();
  }

  /** One look at all processes. One is killed in the same breath in which its mark was read, so its number is still its own. */
  #kill(killed: Set<number>): void {
    for (const pid of ourProcesses()) {
      if (killed.has(pid) || !this.#isStray(pid)) continue;
      try {
        process.kill(pid, 'SIGKILL');
        killed.add(pid);
      } catch {
        // it ended by itself, or became another user's
      }
    }
  }

  #isStray(pid: number): boolean {
    const environment = this.#environmentOf(pid);
    const at = environment.indexOf(this.#mark);
    if (at < 0) return false;
    const end = environment.indexOf(0, at);
    const number = Number(environment.toString('latin1', at + this.#mark.length, end < 0 ? undefined : end));
    return !this.#running.has(number);
  }

  /** Empty when it ended, or is not for us to see. Valid until the next one is read: a look shall not cost memory for each. */
  #environmentOf(pid: number): Buffer {
    let file: number | undefined;
    let length = 0;
    try {
      file = openSync(`${PROC}/${pid}/environ`, 'r');
      for (let read = -1; read !== 0; length += read) {
        if (length === this.#room.length) this.#room = Buffer.concat([this.#room], 2 * length);
        read = readSync(file, this.#room, length, this.#room.length - length, null);
      }
    } catch {
      length = 0;
    } finally {
      if (file !== undefined) closeSync(file);
    }
    return this.#room.subarray(0, length);
  }
}

/** Numbers of the processes that we may end: all for root, our own for others. */
function ourProcesses(): number[] {
  const own = process.getuid?.();
  const mayEnd = (pid: number) =>
    own === 0 || statSync(`${PROC}/${pid}`, { throwIfNoEntry: false })?.uid === own;
  return processNumbers().filter((pid) => pid !== process.pid && mayEnd(pid));
}

function processNumbers(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(PROC)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
