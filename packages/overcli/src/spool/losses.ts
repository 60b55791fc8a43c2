import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What could not be kept until it was delivered. Times are seconds since 1970 UTC. */
export interface Losses {
  /** Reports that had to make room, or were too old. */
  dropped: number;
  /** When the first and the last of them were true. */
  since: number;
  until: number;
  /** Reports that could not be read any more. */
  damaged: number;
  /** Reports that the collector refused for good. */
  refused: number;
}

const FILE = 'losses.json';
const NONE: Losses = { dropped: 0, since: Number.MAX_SAFE_INTEGER, until: 0, damaged: 0, refused: 0 };

/** Of these lists, how many reports there are and of which time. */
export function droppedOf(times: number[]): Pick<Losses, 'dropped' | 'since' | 'until'> {
  return {
    dropped: times.length,
    since: times.reduce((least, at) => Math.min(least, at), NONE.since),
    until: times.reduce((most, at) => Math.max(most, at), NONE.until),
  };
}

/** What was lost since somebody was told; undefined when nothing was. */
export async function loadLosses(folder: string): Promise<Losses | undefined> {
  try {
    return { ...NONE, ...(JSON.parse(await readFile(join(folder, FILE), 'utf8')) as Losses) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Adds to what was lost. Only who has the lock of the folder does this. */
export async function addLosses(folder: string, more: Partial<Losses>): Promise<void> {
  const { dropped = 0, damaged = 0, refused = 0 } = more;
  if (dropped + damaged + refused === 0) return;
  const before = (await loadLosses(folder)) ?? NONE;
  const losses: Losses = {
    dropped: before.dropped + dropped,
    since: Math.min(before.since, more.since ?? NONE.since),
    until: Math.max(before.until, more.until ?? NONE.until),
    damaged: before.damaged + damaged,
    refused: before.refused + refused,
  };
  const beside = join(folder, `${FILE}.${process.pid}`);
  await writeFile(beside, JSON.stringify(losses), { mode: 0o600 });
  await rename(beside, join(folder, FILE));
}

/** Somebody has been told. */
export async function forgetLosses(folder: string): Promise<void> {
  await rm(join(folder, FILE), { force: true });
}
