import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../proc.ts';
import { type Content, type Entry, readLines } from './entry.ts';

/** What a file is called: the time of its first report (ms since 1970), whose process wrote it, and something that is unique. */
const NAME = /^(\d{15})-(\d+)-[0-9a-f]+\.spool$/;
const TIME_DIGITS = 15;
/** A file that is being written. */
const UNFINISHED = /^\.\d{15}-(\d+)-/;

/** How large a file may become: as much as is sent at once. */
export const MOST_FILE_BYTES = 256 * 1024;

/** One file of the spool. It never changes once it has its name. */
export interface SpoolFile {
  name: string;
  /** The time of its first report, UTC ms. */
  firstAt: number;
  bytes: number;
}

/** A new name: by their names files are in the order of their first reports. */
export function newName(first: Entry): string {
  const at = String(Math.max(0, Math.floor(first.at * 1000))).padStart(TIME_DIGITS, '0');
  return `${at}-${process.pid}-${randomUUID().slice(0, 8)}.spool`;
}

/** The names of all files, the earliest first. */
export async function listNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => NAME.test(name)).sort();
}

/** All files, the earliest first. */
export async function listFiles(folder: string): Promise<SpoolFile[]> {
  const files = (await listNames(folder)).map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => undefined); // sent meanwhile
    return found && { name, firstAt: Number(NAME.exec(name)?.[1]), bytes: found.size };
  });
  return (await Promise.all(files)).filter((file) => file !== undefined);
}

/** Neighbours that together are not larger than one file may be; a larger one stands alone. */
export function groupsOf(files: SpoolFile[]): SpoolFile[][] {
  const groups: SpoolFile[][] = [];
  let room = 0;
  for (const file of files) {
    if (file.bytes > room) {
      groups.push([]);
      room = MOST_FILE_BYTES;
    }
    groups.at(-1)?.push(file);
    room -= file.bytes;
  }
  return groups;
}

/** What several files hold together. */
export async function loadFiles(folder: string, files: SpoolFile[]): Promise<Content> {
  const contents = await Promise.all(files.map(({ name }) => loadFile(folder, name)));
  return {
    entries: contents.flatMap(({ entries }) => entries),
    damaged: contents.reduce((sum, { damaged }) => sum + damaged, 0),
  };
}

/** Writes a file whole or not at all; it is on the disk when this resolves. One of the same name is replaced. */
export async function writeFile(folder: string, name: string, lines: string[]): Promise<void> {
  const unfinished = join(folder, `.${name}`);
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(lines.join(''));
    await handle.sync();
  } catch (error) {
    await unlink(unfinished).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
  await rename(unfinished, join(folder, name));
  await syncFolder(folder);
}

/** A file's content; empty when it is gone. */
export async function loadFile(folder: string, name: string): Promise<Content> {
  try {
    return readLines(await readFile(join(folder, name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: [], damaged: 0 };
    throw error;
  }
}

export async function removeFile(folder: string, name: string): Promise<void> {
  await unlink(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Removes what writers left that died while they wrote; nobody was told that it was kept. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid] = UNFINISHED.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await removeFile(folder, name);
  }
}

/** A new name is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
