import { readdirSync, readFileSync } from 'node:fs';

/** The unit of times in `/proc`, USER_HZ: 100 for every Linux that Node runs on. */
export const TICKS_PER_SECOND = 100;

/** The fields of a process's `stat` by their numbers; undefined when it is gone, or where there is no `/proc`. Source: proc(5). */
export function statOf(pid: number | 'self'): ((number: number) => string) | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // the name before them may hold anything
  return (number) => fields[number - 3] ?? '';
}

/** One line of a process's `status`, such as `VmHWM`; undefined when it has none. Source: proc(5). */
export function statusOf(pid: number | 'self', name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(.*)`, 'm').exec(read(`/proc/${pid}/status`) ?? '')?.[1];
}

/** The soft and the hard limit on open files of a process; undefined when they are not told. */
export function openFileLimits(pid: number | 'self'): [soft: string, hard: string] | undefined {
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(read(`/proc/${pid}/limits`) ?? '') ?? [];
  return soft !== undefined && hard !== undefined ? [soft, hard] : undefined;
}

/** A process, known by its number and when it began, since numbers are given out again. */
export interface Known {
  pid: number;
  /** Undefined where the system does not tell. */
  startedAt: string | undefined;
}

/** A process and all that descends from it; nothing where there is no `/proc`. */
export function familyOf(pid: number): Known[] {
  const children = new Map<number, Known[]>();
  let self: Known | undefined;
  for (const one of processNumbers()) {
    const stat = statOf(one);
    if (!stat) continue;
    const known = { pid: one, startedAt: stat(22) };
    if (one === pid) self = known;
    const parent = Number(stat(4));
    children.set(parent, [...(children.get(parent) ?? []), known]);
  }
  const family = self ? [self] : [];
  for (const { pid: parent } of family) family.push(...(children.get(parent) ?? []));
  return family;
}

/** Whether it still runs, and has not merely left its number to another. */
export function isStill({ pid, startedAt }: Known): boolean {
  return statOf(pid)?.(22) === startedAt;
}

function processNumbers(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
