import { cpSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));
/** What is kept from run to run. */
export const CACHE = join(CHECKOUT, '.cache/bench');

/** f_type of tmpfs, from statfs(2). */
const TMPFS = 0x01021994;
const temporary = new Set();

process.on('exit', () => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});

/** A new folder on a real disk, where fsync costs what it costs; gone when this process ends. */
export function temporaryFolder() {
  const parent = statfsSync(tmpdir()).type === TMPFS ? CACHE : tmpdir();
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'overc-bench-'));
  temporary.add(folder);
  return folder;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
  temporary.delete(folder);
}

export function copyFolder(from, to) {
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
}
