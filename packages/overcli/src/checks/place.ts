import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { stateFolder } from '../state-folder.ts';
import { CannotTell } from './check.ts';

/** How far a log was read. */
export interface Place {
  device: number;
  inode: number;
  /** Bytes */
  offset: number;
  /** Hash of the file's first bytes, since a new file may get the inode of one that was removed. */
  head: string;
  headBytes: number;
}

/** Enough to tell two logs apart: their first lines begin with different times. */
const HEAD_BYTES = 256;

/** Where the place in a log is kept: for each log and what is looked for in it another file. */
export function placeFile(log: string, patterns: string[]): string {
  const id = createHash('sha256')
    .update(JSON.stringify([resolve(log), patterns]))
    .digest('hex')
    .slice(0, 16);
  return join(stateFolder(process.env), `log-${id}.json`);
}

/** The place that was kept, or undefined the first time. Throws CannotTell when it cannot be read. */
export async function loadPlace(file: string): Promise<Place | undefined> {
  try {
    const place = JSON.parse(await readFile(file, 'utf8')) as Place;
    if (Number.isSafeInteger(place.offset) && typeof place.head === 'string') return place;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError))
      throw new CannotTell(`the place in the log cannot be read: ${message}`);
  }
  throw new CannotTell(`${file} is damaged; remove it to go on from the log's end`);
}

/** Keeps a place, whole or not at all. Throws CannotTell with a remedy. */
export async function savePlace(file: string, place: Place): Promise<void> {
  const beside = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(beside, JSON.stringify(place), { mode: 0o600 });
    await rename(beside, file);
  } catch (error) {
    throw new CannotTell(
      `the place in the log cannot be kept: ${(error as Error).message}; give --state FILE`,
    );
  }
}

/** Hash of a file's first bytes: as many as asked for, or 256 and no more than `mostBytes`. */
export async function headOf(file: string, mostBytes: number): Promise<{ head: string; headBytes: number }> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(HEAD_BYTES),
      0,
      Math.min(mostBytes, HEAD_BYTES),
      0,
    );
    const head = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
    return { head, headBytes: bytesRead };
  } finally {
    await handle.close();
  }
}
