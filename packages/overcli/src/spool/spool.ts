import { mkdir } from 'node:fs/promises';
import { type Entry, lineOf } from './entry.ts';
import {
  groupsOf,
  listFiles,
  listNames,
  loadFiles,
  MOST_FILE_BYTES,
  newName,
  removeFile,
  writeFile,
} from './files.ts';
import { alone } from './lock.ts';
import { addLosses, forgetLosses, type Losses, loadLosses } from './losses.ts';
import { type Limits, tidy } from './tidy.ts';

/** After so many files, or so large a share of what it may hold, a spool is put in order. */
const TIDY_AFTER_FILES = 32;
const TIDY_AFTER_SHARE = 0.05;

/** What came of sending the oldest: there was something, there was nothing, or another process is at it. */
export type Sent = 'sent' | 'empty' | 'busy';

/** What waits in a spool. Times are UTC ms. */
export interface Stock {
  bytes: number;
  /** When its first report was true; undefined when it is empty. */
  firstAt: number | undefined;
}

/**
 * Reports that could not be delivered, in a folder. Several processes may add to it at any time, each with a file of its
 * own that appears whole; one at a time sends what is there or puts it in order. Every method may reject with the errors of
 * the file system.
 */
export class Spool {
  readonly folder: string;
  readonly #limits: Limits;
  readonly #now: () => number;
  #newFiles = TIDY_AFTER_FILES;
  #newBytes = 0;

  /** @param now UTC ms */
  constructor(folder: string, limits: Limits, now: () => number) {
    this.folder = folder;
    this.#limits = limits;
    this.#now = now;
  }

  /** Keeps reports: they are on the disk when this resolves. */
  async add(entries: Entry[]): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const { first, lines, bytes } of partsOf(entries)) {
      await writeFile(this.folder, newName(first), lines);
      this.#newFiles += 1;
      this.#newBytes += bytes;
    }
    const isMuch = this.#newBytes >= TIDY_AFTER_SHARE * this.#limits.mostBytes;
    if (isMuch || this.#newFiles >= TIDY_AFTER_FILES) await this.#tidy();
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#names()).length === 0;
  }

  async stock(): Promise<Stock> {
    const files = (await this.#names()).length === 0 ? [] : await listFiles(this.folder);
    return { bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), firstAt: files[0]?.firstAt };
  }

  /**
   * Hands the oldest reports to `send`, and forgets them when it resolves. `more` tells whether others follow; `refused`
   * is called with the number of those that the collector will never take.
   */
  async sendOldest(
    send: (entries: Entry[], more: boolean, refused: (count: number) => Promise<void>) => Promise<void>,
  ): Promise<Sent> {
    if (await this.isEmpty()) return 'empty';
    const sent = await alone(this.folder, async () => {
      const [files, ...others] = groupsOf(await listFiles(this.folder));
      if (!files) return 'empty';
      const { entries, damaged } = await loadFiles(this.folder, files);
      if (entries.length > 0)
        await send(entries, others.length > 0, (refused) => addLosses(this.folder, { refused }));
      await addLosses(this.folder, { damaged });
      for (const { name } of files) await removeFile(this.folder, name);
      return 'sent';
    });
    return sent ?? 'busy';
  }

  /** Tells what was lost, and forgets it when `tell` resolves. */
  async tellLosses(tell: (losses: Losses) => Promise<void>): Promise<void> {
    if (!(await loadLosses(this.folder))) return;
    await alone(this.folder, async () => {
      const losses = await loadLosses(this.folder);
      if (!losses) return;
      await tell(losses);
      await forgetLosses(this.folder);
    });
  }

  async #tidy(): Promise<void> {
    this.#newFiles = 0;
    this.#newBytes = 0;
    await alone(this.folder, () => tidy(this.folder, this.#limits, this.#now()));
  }

  async #names(): Promise<string[]> {
    try {
      return await listNames(this.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}

/** The content of a file to be. */
interface Part {
  first: Entry;
  lines: string[];
  bytes: number;
}

/** As many entries as a file may hold, again and again. */
function partsOf(entries: Entry[]): Part[] {
  const parts: Part[] = [];
  for (const entry of entries) {
    const line = lineOf(entry);
    const bytes = Buffer.byteLength(line);
    const last = parts.at(-1);
    if (last && last.bytes + bytes <= MOST_FILE_BYTES) {
      last.lines.push(line);
      last.bytes += bytes;
    } else parts.push({ first: entry, lines: [line], bytes });
  }
  return parts;
}
