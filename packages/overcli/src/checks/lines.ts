import { createReadStream, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CannotTell } from './check.ts';
import { headOf, type Place } from './place.ts';

/** No line is longer; what is, is taken in pieces. */
const MOST_LINE_BYTES = 64 * 1024;
/** More is not read at once, so that a check ends in time; the next one goes on from there. */
const MOST_BYTES = 128 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Hands each line that was added to a log since `before` to `onLine`, and answers how far it is read now: to its last line
 * break. When the log was renamed meanwhile and a new one begun, what was added to the old one comes first; when it was
 * copied and emptied, or is another file altogether, it is read from its beginning. Without `before`, nothing is read.
 */
export async function readNewLines(
  log: string,
  before: Place | undefined,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<Place> {
  const stats = await stat(log).catch((error: NodeJS.ErrnoException) => {
    throw new CannotTell(error.code === 'ENOENT' ? `there is no file ${log}` : error.message);
  });
  if (!stats.isFile()) throw new CannotTell(`${log} is no file`);
  const offset = before ? await startIn(log, stats, before, signal, onLine) : stats.size;
  const end = before ? await readLines(log, offset, stats.size, signal, onLine) : stats.size;
  return { device: stats.dev, inode: stats.ino, offset: end, ...(await headOf(log, end)) };
}

/** Where to begin in the log as it is now, after the rest of the one before. */
async function startIn(
  log: string,
  stats: Stats,
  before: Place,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<number> {
  if (await continues(log, stats, before)) return before.offset;
  const old = await findRenamed(log, before);
  if (old) await readLines(old.path, before.offset, old.stats.size, signal, onLine);
  return 0;
}

/** Whether a file is the one that was read before, and holds what was read. */
async function continues(path: string, { dev, ino, size }: Stats, before: Place): Promise<boolean> {
  if (dev !== before.device || ino !== before.inode || size < before.offset) return false;
  return (await headOf(path, before.headBytes)).head === before.head;
}

/** The file that was read before, under the name that it has now in the same folder, such as app.log.1. */
async function findRenamed(log: string, before: Place) {
  const folder = dirname(log);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() && (await continues(path, stats, before))) return { path, stats };
  }
  return undefined;
}

/** Reads whole lines from `start` up to `end`; answers the offset behind the last of them. */
async function readLines(
  path: string,
  start: number,
  end: number,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<number> {
  if (start >= end) return start;
  let rest: Buffer = Buffer.alloc(0);
  let offset = start;
  const last = Math.min(end, start + MOST_BYTES) - 1;
  for await (const chunk of createReadStream(path, { start, end: last, signal })) {
    let bytes = Buffer.concat([rest, chunk as Buffer]);
    for (let length = lineLength(bytes); length > 0; length = lineLength(bytes)) {
      onLine(bytes.toString('utf8', 0, length).replace(/\r?\n$/, ''));
      offset += length;
      bytes = bytes.subarray(length);
    }
    rest = bytes;
  }
  return offset;
}

/** How long the first line is, with its end; 0 when its end is not there yet. */
function lineLength(bytes: Buffer): number {
  const end = bytes.subarray(0, MOST_LINE_BYTES).indexOf(NEWLINE) + 1;
  return end === 0 && bytes.length >= MOST_LINE_BYTES ? MOST_LINE_BYTES : end;
}
