import { type Stats, statSync } from 'node:fs';
import type { Cancel, Clock } from '../clock.ts';

/** How often the files are looked at. Asking works on every file system, also where nobody tells of changes. */
const LOOK_MS = 1000;

/** Looks at files until it is stopped, and calls `onChange` when they differ from before and rest again. */
export function watchFiles(files: () => string[], clock: Clock, onChange: () => void): Cancel {
  let known = fingerprint(files());
  let last = known;
  let cancel = clock.after(LOOK_MS, look);
  function look() {
    cancel = clock.after(LOOK_MS, look);
    const now = fingerprint(files());
    const rests = now === last;
    last = now;
    if (!rests || now === known) return;
    known = now;
    onChange();
  }
  return () => cancel();
}

/** A text that differs when a file was written, replaced, added or removed. */
function fingerprint(files: string[]): string {
  return files
    .map((file) => {
      const stat = look(file);
      return `${file} ${stat?.ino} ${stat?.size} ${stat?.mtimeMs}`;
    })
    .join('\n');
}

function look(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined; // not there, or not for us to see: both may change
  }
}
