import { readFileSync, type StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { compareStates, type Perf, type State } from '@overc/protocol';
import { formatSize } from '../size.ts';
import { CannotTell, defineCheck } from './check.ts';
import { type FillLimits, fillOptions, judgeFill, limitsOf, thresholdsOf } from './fill.ts';
import { localMounts, parseMounts } from './mounts.ts';
import { measured, worst } from './threshold.ts';

export const disk = defineCheck({
  summary: 'How full are the file systems? Inodes count like space.',
  notes:
    'Unless -w or -c is given, WARN is above 80% and ERR above 90%. What is kept for root does not count as free.',
  options: {
    path: {
      read: String,
      value: 'PATH',
      short: 'p',
      operand: true,
      many: true,
      help: 'A path on the file system to look at; without one, all on disks of this machine.',
      example: '/var',
    },
    ...fillOptions('free'),
    'exclude-path': {
      read: String,
      value: 'PATH',
      short: 'x',
      many: true,
      help: 'Leave this mount point out.',
      example: '/boot/efi',
    },
  },
  examples: ['disk', 'disk -w 80% -c 90% / /var', 'disk -p /backup -w 100G -c 50G'],

  async run({ path, 'exclude-path': excluded, ...given }) {
    const limits = limitsOf(given);
    const paths = (path.length > 0 ? path : mountPoints()).filter((one) => !excluded.includes(one));
    if (paths.length === 0) throw new CannotTell('there is no file system to look at; name a path');
    const disks = await Promise.all(paths.map((one) => look(one, limits)));
    const first = disks.toSorted((a, b) => compareStates(b.state, a.state));
    return {
      state: worst(disks.map(({ state }) => state)),
      text: first.map(({ text }) => text).join('; '),
      perf: disks.flatMap(({ perf }) => perf),
    };
  },
});

interface Disk {
  state: State;
  text: string;
  perf: Perf[];
}

async function look(path: string, limits: FillLimits): Promise<Disk> {
  const stats = await statfs(path).catch((error: NodeJS.ErrnoException) => error);
  if (stats instanceof Error) return { state: 'ERR', text: `${path}: ${reason(stats)}`, perf: [] };
  const { usedPercent, usedBytes, freeBytes, inodesPercent } = usageOf(stats);
  const inodes = judgeFill({ usedPercent: inodesPercent, freeBytes: Infinity }, limits);
  const inodesText = inodes === 'OK' ? '' : `, ${inodesPercent}% of inodes used`;
  return {
    state: worst([judgeFill({ usedPercent, freeBytes }, limits), inodes]),
    text: `${path} ${usedPercent}% used, ${formatSize(freeBytes)} free${inodesText}`,
    perf: [
      measured(path, usedPercent, '%', { ...thresholdsOf('used', limits), min: 0, max: 100 }),
      measured(`${path} free`, freeBytes, 'B', {
        ...thresholdsOf('free', limits),
        min: 0,
        max: usedBytes + freeBytes,
      }),
      measured(`${path} inodes`, inodesPercent, '%', { ...thresholdsOf('used', limits), min: 0, max: 100 }),
    ],
  };
}

/** How full a file system is, as `df` counts it: what only root may use is neither used nor free. */
export function usageOf({ bsize, blocks, bfree, bavail, files, ffree }: StatsFs) {
  const used = blocks - bfree;
  return {
    usedPercent: percent(used, used + bavail),
    usedBytes: used * bsize,
    freeBytes: bavail * bsize,
    inodesPercent: percent(files - ffree, files), // btrfs and others have no number of them
  };
}

/** A share in percent, rounded up as `df` does, so that what is full is not taken for less. */
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.ceil((part / whole) * 1000) / 10;
}

function mountPoints(): string[] {
  try {
    const mounts = parseMounts(readFileSync('/proc/self/mounts', 'utf8'));
    return localMounts(mounts, readFileSync('/proc/filesystems', 'utf8')).map(({ path }) => path);
  } catch {
    throw new CannotTell('this system has no /proc/self/mounts; name a path');
  }
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such path';
  return code === 'EACCES' ? 'no permission to look at it' : message;
}
