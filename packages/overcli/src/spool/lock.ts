import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identify } from '../proc.ts';

/**
 * Does something that only one process shall do with a folder at a time, unless another one is at it: undefined then. The
 * lock of a process that died counts no longer. When two find such a lock in the same instant both may go on: nothing here
 * relies on being alone, as the collector knows a report that it is sent twice.
 */
export async function alone<T>(folder: string, action: () => Promise<T>): Promise<T | undefined> {
  const file = join(folder, 'lock');
  if (!(await take(file))) return undefined;
  try {
    return await action();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  const beside = `${file}.${randomUUID()}`;
  await writeFile(beside, identify(process.pid) as string, { mode: 0o600 });
  try {
    if (await linkNew(beside, file)) return true;
    const holder = await readFile(file, 'utf8').catch(() => undefined);
    if (holder === undefined || identify(Number.parseInt(holder, 10)) === holder) return false;
    await rename(file, `${beside}.stale`).catch(() => {}); // another one was faster
    return await linkNew(beside, file);
  } finally {
    await rm(beside, { force: true });
    await rm(`${beside}.stale`, { force: true });
  }
}

/** Gives a file a second name, unless there is one of that name: in one step, so that nobody ever sees it half written. */
async function linkNew(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
