import { availableParallelism, loadavg } from 'node:os';
import type { Range } from '@overc/protocol';
import { CannotTell, defineCheck } from './check.ts';
import { checkOrder, judge, measured, range, worst } from './threshold.ts';

const MINUTES = [1, 5, 15];

export const load = defineCheck({
  summary:
    'How busy is the machine? The average number of processes that ran or waited, over 1, 5 and 15 minutes.',
  options: {
    warning: {
      read: threeRanges,
      value: 'RANGE[,RANGE,RANGE]',
      short: 'w',
      help: 'WARN outside of these ranges, for 1, 5 and 15 minutes, or of one for all three.',
      example: '8,6,4',
    },
    critical: {
      read: threeRanges,
      value: 'RANGE[,RANGE,RANGE]',
      short: 'c',
      help: 'ERR outside of these ranges.',
      example: '16,12,8',
    },
    percpu: { short: 'r', help: 'Divide by the number of processors.' },
  },
  examples: ['load -w 8,6,4 -c 16,12,8', 'load --percpu -w 2 -c 4'],

  run({ warning, critical, percpu }) {
    if (process.platform === 'win32') throw new CannotTell('this system does not tell its load');
    const processors = percpu ? availableParallelism() : 1;
    const numbers = loadavg().map((sum, index) => {
      const thresholds = { warning: warning?.[index], critical: critical?.[index] };
      checkOrder(thresholds);
      const value = Math.round((sum / processors) * 1000) / 1000;
      return { value, state: judge(value, thresholds), thresholds };
    });
    const values = numbers.map(({ value }) => value.toFixed(2)).join(', ');
    return {
      state: worst(numbers.map(({ state }) => state)),
      text: `${values} over 1, 5 and 15 minutes${percpu ? `, for each of ${processors} processors` : ''}`,
      perf: numbers.map(({ value, thresholds }, index) =>
        measured(`load${MINUTES[index]}`, value, '', { ...thresholds, min: 0 }),
      ),
    };
  },
});

function threeRanges(text: string): Range[] {
  const ranges = text.split(',').map((part) => range()(part));
  if (ranges.length === 1) return MINUTES.flatMap(() => ranges);
  if (ranges.length !== MINUTES.length) throw new Error('must be one range, or three with commas between');
  return ranges;
}
