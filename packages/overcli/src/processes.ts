import { readFileSync } from 'node:fs';

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Names a process that runs so that no later one with its number is taken for it; undefined when it does not run. */
export function identify(pid: number): string | undefined {
  return isAlive(pid) ? `${pid} ${startOf(pid)}` : undefined;
}

/** When it started, in ticks since the machine did; elsewhere than on Linux its number has to do. Source: proc(5), stat, field 22. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
