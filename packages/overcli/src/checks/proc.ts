import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { TICKS_PER_SECOND } from '../proc.ts';
import { CannotTell } from './check.ts';

/** What the kernel tells of one process. */
export interface ProcessFacts {
  pid: number;
  /** The name that the kernel knows, cut after 15 characters. */
  name: string;
  /** One letter, such as R, S, D or Z (it has ended and waits for its parent). */
  state: string;
  argv: string[];
  uid: number;
  residentBytes: number;
  virtualBytes: number;
  elapsedSeconds: number;
  /** Share of one processor since its start. */
  cpuPercent: number;
}

/** All processes. One that ends while we look is left out. Throws CannotTell where there is no `/proc`. */
export function readProcesses(): ProcessFacts[] {
  let pids: string[];
  let uptimeSeconds: number;
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    uptimeSeconds = Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
  } catch {
    throw new CannotTell('this system has no /proc to look for processes in');
  }
  return pids.flatMap((pid) => {
    try {
      const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
      const argv = read('cmdline').split('\0').slice(0, -1);
      return [{ ...parseStat(read('stat'), uptimeSeconds), ...parseStatus(read('status')), argv }];
    } catch {
      return [];
    }
  });
}

/** What `/proc/PID/stat` says. Source: proc(5); fields are counted from behind the name, which may hold anything. */
export function parseStat(text: string, uptimeSeconds: number) {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]); // the state is field 3
  const elapsedSeconds = Math.max(0, uptimeSeconds - field(22) / TICKS_PER_SECOND);
  const cpuSeconds = (field(14) + field(15)) / TICKS_PER_SECOND;
  return {
    pid: Number.parseInt(text, 10),
    name: text.slice(text.indexOf('(') + 1, end),
    state: fields[0] as string,
    elapsedSeconds: Math.round(elapsedSeconds),
    cpuPercent: elapsedSeconds === 0 ? 0 : Math.round((cpuSeconds / elapsedSeconds) * 1000) / 10,
  };
}

/** What `/proc/PID/status` says of its owner and its memory; a kernel thread has none. Source: proc(5). */
export function parseStatus(text: string) {
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    uid: number('Uid'),
    residentBytes: number('VmRSS') * 1024,
    virtualBytes: number('VmSize') * 1024,
  };
}

/** Whether a process is called so: a program may change the kernel's name, so what it was started as counts too. */
export function isCalled({ name, argv }: ProcessFacts, wanted: string): boolean {
  return name === wanted || basename(argv[0] ?? '') === wanted;
}
