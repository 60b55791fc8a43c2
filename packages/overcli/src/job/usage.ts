import { statOf, statusOf, TICKS_PER_SECOND } from '../proc.ts';
import { familyOf } from './family.ts';

/** What a job used; what the system does not tell is left out. */
export interface Usage {
  /** Processor time of the job and all that it waited for. */
  userSeconds?: number;
  systemSeconds?: number;
  /** The most memory that one of its processes had, as far as was looked. */
  memoryBytes?: number;
}

const FIRST_LOOK_MS = 10;
const LONGEST_PAUSE_MS = 5000;
/** Looks come soon at first, as most jobs are short, and then ever more seldom: the kernel keeps each process's highest mark. */
const PAUSE_GROWTH = 2;
/** Later looks, at thousands of processes perhaps, shall take no more than a hundredth of a core. */
const LATER_MS = 200;
const PAUSE_PER_LOOK = 100;
const KIB = 1024;

/** Measures a job from its start on. On Linux alone; elsewhere it finds nothing. */
export class Meter {
  readonly #pid: number;
  readonly #before = childrenTimes();
  #memoryBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pid: number) {
    this.#pid = pid;
    if (this.#before) this.#lookIn(FIRST_LOOK_MS);
  }

  /** To be called once the job has been waited for. */
  end(): Usage {
    clearTimeout(this.#timer);
    const after = childrenTimes();
    const memory = this.#memoryBytes > 0 ? { memoryBytes: this.#memoryBytes } : {};
    if (!this.#before || !after) return memory;
    return {
      userSeconds: (after.user - this.#before.user) / TICKS_PER_SECOND,
      systemSeconds: (after.system - this.#before.system) / TICKS_PER_SECOND,
      ...memory,
    };
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => {
      const begunAt = performance.now();
      for (const { pid } of familyOf(this.#pid)) {
        const bytes = Number.parseInt(statusOf(pid, 'VmHWM') ?? '0', 10) * KIB;
        this.#memoryBytes = Math.max(this.#memoryBytes, bytes);
      }
      const restMs = ms < LATER_MS ? 0 : (performance.now() - begunAt) * PAUSE_PER_LOOK;
      this.#lookIn(Math.max(Math.min(ms * PAUSE_GROWTH, LONGEST_PAUSE_MS), restMs));
    }, ms);
    this.#timer.unref();
  }
}

/** Processor time of the children that we have waited for, and theirs, in ticks. Source: proc(5), fields cutime and cstime. */
function childrenTimes(): { user: number; system: number } | undefined {
  const stat = statOf('self');
  return stat && { user: Number(stat(16)), system: Number(stat(17)) };
}
