import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { Program } from './program.ts';

const PAGE_BYTES = 4096;
/** Mounts the disk, puts there what the folder held, and keeps both until it is ended. */
const HOLD =
  'mount -t tmpfs -o "size=$0" overc "$1" && cp -a --sparse=never "$2/." "$1" && echo mounted && exec sleep infinity';

/**
 * A folder that is a small disk to those who are run with it, in a mount namespace of its own; that takes no root.
 */
export class SmallDisk {
  readonly folder: string;
  readonly #holder: Program;

  /** What is in `template` is on it from the beginning. */
  static async mount(folder: string, template: string, bytes: number): Promise<SmallDisk> {
    for (const path of [folder, template]) mkdirSync(path, { recursive: true });
    const mount = ['sh', '-c', HOLD, String(bytes), folder, template];
    const holder = new Program(['unshare', '--map-root-user', '--mount', ...mount], { cwd: '/' });
    await eventually(() => {
      if (!holder.out.includes('mounted')) throw new Error(`The small disk is not mounted: ${holder.err}`);
    });
    return new SmallDisk(folder, holder);
  }

  private constructor(folder: string, holder: Program) {
    this.folder = folder;
    this.#holder = holder;
  }

  /** The command line that runs another one with this disk. */
  argv(command: string[]): string[] {
    const target = [
      '--target',
      String(this.#holder.pid),
      '--user',
      '--mount',
      '--preserve-credentials',
      '--wd=.',
    ];
    return ['nsenter', ...target, '--', ...command];
  }

  /** Leaves no page free. */
  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      for (;;) writeSync(file, Buffer.alloc(PAGE_BYTES));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives back what `fill` took. */
  free(): void {
    rmSync(this.#filler);
  }

  /** The disk is gone once nobody uses it any more. */
  async unmount(): Promise<void> {
    await this.#holder.stop('SIGKILL');
  }

  get #filler(): string {
    return join(`/proc/${this.#holder.pid}/root`, this.folder, 'filler');
  }
}
