import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { limitsOf } from '../proc.ts';

const OPEN_FILES = 'Max open files';

/**
 * Node raises its limit on open files as far as it may, and its children would have that. What it was before is what whoever
 * started us has, as long as nothing in between changed it.
 */
export async function restoreOpenFiles(): Promise<void> {
  const before = limitsOf(process.ppid, OPEN_FILES);
  const now = limitsOf('self', OPEN_FILES);
  if (!before || !now || before[1] !== now[1] || before[0] === now[0]) return;
  await setOwnLimit('nofile', `${before[0]}:${before[1]}`);
}

/** Of a soft limit of one byte the kernel makes no dump, not even for a program that collects them. Source: core(5), fs/coredump.c. */
const NO_DUMP = '1:';

/** Sees to it that our own end by a signal leaves no core dump beside, or in place of, the job's. Answers whether it did. */
export async function forbidDump(): Promise<boolean> {
  if (await setOwnLimit('core', NO_DUMP)) return true;
  return limitsOf('self', 'Max core file size')?.[0] === '0';
}

/** Node cannot; prlimit(1) comes with Linux's base tools. */
async function setOwnLimit(name: string, value: string): Promise<boolean> {
  try {
    const prlimit = spawn('prlimit', [`--pid=${process.pid}`, `--${name}=${value}`], { stdio: 'ignore' });
    const [code] = await once(prlimit, 'exit');
    return code === 0;
  } catch {
    return false;
  }
}
