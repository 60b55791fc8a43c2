import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type ProcessFacts, readProcesses } from '../checks/proc.ts';

/** A monitor that runs. */
export interface Running {
  pid: number;
  uid: number;
  elapsedSeconds: number;
  /** Its environment, as far as it may be seen. */
  env: Record<string, string>;
}

/** The monitors of `file` that run on this machine; undefined where nobody tells (there is no /proc). */
export function runningMonitors(file: string): Running[] | undefined {
  const wanted = real(resolve(file));
  let processes: ProcessFacts[];
  try {
    processes = readProcesses();
  } catch {
    return undefined;
  }
  return processes
    .filter((one) => one.pid !== process.pid && filesOf(one).includes(wanted))
    .map(({ pid, uid, elapsedSeconds }) => ({ pid, uid, elapsedSeconds, env: environmentOf(pid) }));
}

/** What stands behind the command of a process that is a monitor, as paths. */
function filesOf({ pid, argv }: ProcessFacts): string[] {
  const at = argv.indexOf('monitor');
  const isOurs = argv.slice(0, Math.max(0, at)).some((word) => /^overcli(\.m?js)?$/.test(basename(word)));
  if (at < 0 || !isOurs) return [];
  const folder = folderOf(pid);
  return argv.slice(at + 1).map((word) => real(resolve(folder, word)));
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '/'; // another user's: an absolute path is understood all the same
  }
}

function environmentOf(pid: number): Record<string, string> {
  try {
    const words = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
    return Object.fromEntries(
      words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    );
  } catch {
    return {};
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
