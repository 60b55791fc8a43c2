import { readFileSync } from 'node:fs';
import { formatSize } from '../size.ts';
import { CannotTell, defineCheck } from './check.ts';
import { fillOptions, judgeFill, limitsOf, thresholdsOf } from './fill.ts';
import { measured } from './threshold.ts';

export const memory = defineCheck({
  summary:
    'How much memory is in use? What the kernel can give back at once, such as caches, counts as available.',
  notes: 'Unless -w or -c is given, WARN is above 80% and ERR above 90%. Swap is measured and not judged.',
  options: fillOptions('available'),
  examples: ['memory', 'memory -w 80% -c 90%', 'memory -w 2G -c 500M'],

  run({ warning, critical }) {
    const limits = limitsOf({ warning, critical });
    const { total, available, swapTotal, swapFree } = parseMeminfo(readMeminfo());
    const used = total - available;
    const usedPercent = round((used / total) * 100);
    const swapUsed = swapTotal - swapFree;
    return {
      state: judgeFill({ usedPercent, freeBytes: available }, limits),
      text: `${usedPercent}% of ${formatSize(total)} used, ${formatSize(available)} available, ${formatSize(swapUsed)} of swap used`,
      perf: [
        measured('used', usedPercent, '%', { ...thresholdsOf('used', limits), min: 0, max: 100 }),
        measured('available', available, 'B', { ...thresholdsOf('free', limits), min: 0, max: total }),
        measured('swap', swapUsed, 'B', { min: 0, max: swapTotal }),
      ],
    };
  },
});

/** What `/proc/meminfo` says, in bytes. Throws CannotTell when it lacks one. */
export function parseMeminfo(text: string) {
  const bytes = (name: string) => {
    const kib = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    if (kib === undefined) throw new CannotTell(`/proc/meminfo does not tell ${name}`);
    return Number(kib) * 1024;
  };
  return {
    total: bytes('MemTotal'),
    available: bytes('MemAvailable'),
    swapTotal: bytes('SwapTotal'),
    swapFree: bytes('SwapFree'),
  };
}

function readMeminfo(): string {
  try {
    return readFileSync('/proc/meminfo', 'utf8');
  } catch {
    throw new CannotTell('this system has no /proc/meminfo');
  }
}

function round(percent: number): number {
  return Math.round(percent * 10) / 10;
}
