import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SettingsError } from '@overc/protocol';
import type { User } from '../../sources/user.ts';

const OWNER_ALONE = 0o600;
const OWNER_AND_GROUP = 0o640;
const NOT_FOR_OTHERS = ~0o007;

/**
 * Writes a file that holds a key, as a whole or not at all. One that replaces another has its owner, group and rights, less
 * those of everybody; a new one is for its owner alone, and for `reader`, who runs the monitor. Throws SettingsError.
 */
export function writeSettings(
  file: string,
  text: string,
  { replaces, reader }: { replaces: boolean; reader: User | undefined },
): void {
  const before = statSync(file, { throwIfNoEntry: false });
  const target = before ? realpathSync(file) : file;
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    writeDraft(draft, text);
    giveTo(draft, before, reader);
    if (replaces) renameSync(draft, target);
    else linkSync(draft, target); // unlike a rename it never takes another's place
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new SettingsError(`${file}: somebody wrote it meanwhile; add --force to replace it`);
    throw new SettingsError(
      `${file}: cannot be written: ${code === 'EACCES' ? 'no permission; run this as root, or name another file' : message}`,
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDraft(draft: string, text: string): void {
  const opened = openSync(draft, 'wx', OWNER_ALONE);
  try {
    writeSync(opened, text);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function giveTo(draft: string, before: Stats | undefined, reader: User | undefined): void {
  const isRoot = process.getuid?.() === 0;
  if (before) {
    if (isRoot) chownSync(draft, before.uid, before.gid);
    chmodSync(draft, before.mode & 0o777 & NOT_FOR_OTHERS);
  } else if (reader && isRoot) {
    chownSync(draft, 0, reader.gid);
    chmodSync(draft, OWNER_AND_GROUP);
  }
}
