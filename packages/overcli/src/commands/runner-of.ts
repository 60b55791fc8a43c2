import { findUser, type User } from '../sources/user.ts';
import { type Running, runningMonitors } from './running.ts';
import { type Unit, unitFor } from './unit-file.ts';

/** Whom the monitor runs as: as one that runs does, or as its unit says. Undefined when nobody says, or it is gone. */
export function runnerOf([running]: Running[] = [], unit: Unit | undefined): User | undefined {
  const name = running ? String(running.uid) : unit?.user;
  try {
    return name === undefined ? undefined : findUser(name);
  } catch {
    return undefined;
  }
}

/** Whom the monitor of `file` runs as, when that is somebody else than us. */
export function otherRunner(file: string): User | undefined {
  const user = runnerOf(runningMonitors(file), unitFor(file));
  return user?.uid === process.getuid?.() ? undefined : user;
}
