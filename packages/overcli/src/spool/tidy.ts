import { type Entry, isReport, lineOf } from './entry.ts';
import {
  groupsOf,
  listFiles,
  loadFile,
  loadFiles,
  newName,
  removeFile,
  removeUnfinished,
  type SpoolFile,
  writeFile,
} from './files.ts';
import { addLosses, droppedOf } from './losses.ts';

/** How much a spool may hold. */
export interface Limits {
  mostBytes: number;
  mostAgeMs: number;
}

/** More files than this are put together to fewer. */
const MOST_FILES = 64;
/** When a spool is too large, so much of it stays, that there is room for a while. */
const LEFT_SHARE = 0.9;

/**
 * Keeps a spool within its limits and in few files. What is too old goes; when it is too large then the oldest `OK`
 * reports go, and when that is not enough the oldest of the others. What went is noted. Only for who has the lock.
 */
export async function tidy(folder: string, { mostBytes, mostAgeMs }: Limits, now: number): Promise<void> {
  await removeUnfinished(folder);
  await dropOld(folder, now - mostAgeMs);
  await joinSmall(folder);
  const files = await listFiles(folder);
  if (sizeOf(files) > mostBytes) await makeRoom(folder, LEFT_SHARE * mostBytes);
}

async function dropOld(folder: string, leastAt: number): Promise<void> {
  const old = (await listFiles(folder)).filter(({ firstAt }) => firstAt < leastAt);
  for (const file of old) await keepOnly(folder, file, ({ at }) => at * 1000 >= leastAt);
}

/** Drops of a file what is not to stay. Answers how many bytes that made free. */
async function keepOnly(
  folder: string,
  { name, bytes }: SpoolFile,
  stays: (entry: Entry) => boolean,
): Promise<number> {
  const { entries, damaged } = await loadFile(folder, name);
  const left = entries.filter(stays);
  if (left.length === entries.length && damaged === 0) return 0;
  const times = entries.filter((entry) => !stays(entry)).map(({ at }) => at);
  await addLosses(folder, { ...droppedOf(times), damaged });
  return bytes - (await replace(folder, [name], left));
}

/** The oldest `OK` reports go first, then the oldest of all. */
async function makeRoom(folder: string, leftBytes: number): Promise<void> {
  for (const stays of [(entry: Entry) => !isReport(entry) || entry.state !== 'OK', () => false]) {
    const files = await listFiles(folder); // what was dropped from has another name
    let bytes = sizeOf(files);
    for (const file of files) {
      if (bytes <= leftBytes) return;
      bytes -= await keepOnly(folder, file, stays);
    }
  }
}

/** Puts neighbours together, as long as they fit into a file. */
async function joinSmall(folder: string): Promise<void> {
  const files = await listFiles(folder);
  if (files.length <= MOST_FILES) return;
  for (const group of groupsOf(files)) {
    if (group.length === 1) continue;
    const { entries, damaged } = await loadFiles(folder, group);
    await addLosses(folder, { damaged });
    const names = group.map(({ name }) => name);
    await replace(folder, names, entries);
  }
}

/**
 * Has one file hold what several did. When this is cut short a report stands twice, which the collector notices. Answers the
 * new file's bytes.
 */
async function replace(folder: string, names: string[], entries: Entry[]): Promise<number> {
  const [first] = entries;
  const lines = entries.map(lineOf);
  if (first) await writeFile(folder, newName(first), lines);
  for (const name of names) await removeFile(folder, name);
  return Buffer.byteLength(lines.join(''));
}

function sizeOf(files: SpoolFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
