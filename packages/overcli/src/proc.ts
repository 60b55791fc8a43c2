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

/** The soft and the hard limit of a process, under their name in its `limits`; undefined when they are not told. Source: proc(5). */
export function limitsOf(pid: number | 'self', name: string): [soft: string, hard: string] | undefined {
  const line = new RegExp(`^${name}\\s+(\\S+)\\s+(\\S+)`, 'm').exec(read(`/proc/${pid}/limits`) ?? '');
  return line ? [line[1] as string, line[2] as string] : undefined;
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Names a process that runs so that no later one with its number is taken for it: by when it started, where the system
 * tells. Undefined when it does not run.
 */
export function identify(pid: number): string | undefined {
  return isAlive(pid) ? `${pid} ${statOf(pid)?.(22) ?? ''}` : undefined;
}

/** The numbers of all processes; none where there is no `/proc`. */
export function processNumbers(): number[] {
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
