import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from '@overc/protocol';
import { formatSize, parseSize } from '../size.ts';
import { CannotTell, defineCheck } from './check.ts';
import { checkOrder, judge, measured, range, readSeconds, thresholdOptions, worst } from './threshold.ts';

/** Clocks of file servers differ a little from ours. */
const MOST_AHEAD_SECONDS = 60;

export const file = defineCheck({
  summary: 'When was a file last changed, and how large is it? For backups, exports, heartbeats.',
  notes: 'Of a folder, its newest file counts. A missing file is ERR.',
  options: {
    file: {
      read: text,
      value: 'PATH',
      short: 'f',
      operand: true,
      required: true,
      help: 'The file, or a folder.',
      example: '/backup/db.gz',
    },
    ...thresholdOptions({
      about: 'the time since the change',
      read: readSeconds,
      warning: '26h',
      critical: '2d',
    }),
    'size-warning': {
      read: range(parseSize),
      value: 'RANGE',
      short: 'W',
      help: 'WARN when the size is outside of this range.',
      example: '10M:',
    },
    'size-critical': {
      read: range(parseSize),
      value: 'RANGE',
      short: 'C',
      help: 'ERR when the size is outside of this range.',
      example: '1k:100G',
    },
    'ignore-missing': { short: 'i', help: 'A missing file is OK.' },
  },
  examples: [
    'file -w 26h -c 2d /backup/db.gz',
    'file -w 1d -C 1M: /backup',
    'file -i -C 1G /var/log/app.log',
  ],

  async run({ file: path, warning, critical, 'ignore-missing': mayBeMissing, ...sizes }, { nowMs }) {
    const age = { warning, critical };
    const size = { warning: sizes['size-warning'], critical: sizes['size-critical'] };
    checkOrder(age);
    checkOrder(size);
    const found = await newest(path);
    if (!found)
      return { state: mayBeMissing ? 'OK' : 'ERR', text: `${path} does not exist or is empty`, perf: [] };
    const ageSeconds = Math.round((nowMs() - found.stats.mtimeMs) / 1000);
    if (ageSeconds < -MOST_AHEAD_SECONDS)
      throw new CannotTell(`${found.path} was changed ${-ageSeconds} s in the future; check the clock`);
    const seconds = Math.max(0, ageSeconds);
    const bytes = found.stats.size;
    return {
      state: worst([judge(seconds, age), judge(bytes, size)]),
      text: `${found.path} was changed ${formatAge(seconds)} ago, ${formatSize(bytes)}`,
      perf: [
        measured('age', seconds, 's', { ...age, min: 0 }),
        measured('size', bytes, 'B', { ...size, min: 0 }),
      ],
    };
  },
});

interface Found {
  path: string;
  stats: Stats;
}

/** The file at a path, or the newest one of the folder there; undefined when there is none. */
async function newest(path: string): Promise<Found | undefined> {
  const stats = await look(path);
  if (!stats?.isDirectory()) return stats && { path, stats };
  const names = await readdir(path);
  let best: Found | undefined;
  for (const one of names.map((name) => join(path, name))) {
    const stats = await look(one);
    if (stats?.isFile() && (!best || stats.mtimeMs > best.stats.mtimeMs)) best = { path: one, stats };
  }
  return best;
}

async function look(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CannotTell(code === 'EACCES' ? `${path}: no permission to look at it` : message);
  }
}

const UNITS: [seconds: number, name: string][] = [
  [86_400, 'days'],
  [3600, 'hours'],
  [60, 'minutes'],
];

/** An age for people, in the largest unit of which there are two: `26.5 hours`. */
function formatAge(seconds: number): string {
  const [length, name] = UNITS.find(([length]) => seconds >= 2 * length) ?? [1, 'seconds'];
  return `${Math.round((seconds / length) * 10) / 10} ${name}`;
}
