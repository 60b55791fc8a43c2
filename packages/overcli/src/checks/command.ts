import { type Ending, run } from '@overc/command';
import { wholeNumber } from '@overc/protocol';
import { CannotTell, defineCheck } from './check.ts';
import { missingIn, wantedOptions } from './matching.ts';
import { formatSeconds } from './stopwatch.ts';
import { checkOrder, judge, measured, readSeconds, thresholdOptions } from './threshold.ts';

const MOST_OUTPUT_BYTES = 1024 * 1024;
const MOST_SHOWN_CHARACTERS = 200;

export const command = defineCheck({
  summary: 'Does a command end as it should, with the right output and soon enough?',
  notes:
    'Its options go behind --. It runs without a shell; for a pipe, run sh -c. At the timeout it is killed with its children.',
  options: {
    command: {
      read: String,
      value: 'COMMAND',
      operand: true,
      many: true,
      required: true,
      help: 'The program and its arguments.',
      example: 'pg_isready',
    },
    exit: {
      read: wholeNumber(0, 255),
      value: 'CODE',
      short: 'e',
      many: true,
      help: 'An exit code that is right; unless set: 0.',
      example: '0',
    },
    ...wantedOptions('the output'),
    equals: {
      read: String,
      value: 'TEXT',
      short: 'o',
      help: 'What the output must be, but for space around it.',
      example: 'ready',
    },
    ...thresholdOptions({
      about: 'the running time in seconds',
      read: readSeconds,
      warning: '5',
      critical: '60',
    }),
  },
  examples: ['command pg_isready', "command -s 'up to date' -w 5 -- git -C /srv/app status"],

  async run({ command: argv, exit, equals, string, regex, ...given }, { signal, timeoutMs }) {
    const thresholds = { warning: given.warning, critical: given.critical };
    checkOrder(thresholds);
    const bounds = { cwd: process.cwd(), timeoutMs, maxOutputBytes: MOST_OUTPUT_BYTES, signal };
    const { ending, stdout, stderr, durationMs } = await run({ argv, ...bounds });
    if (ending.kind === 'not-started') throw new CannotTell(ending.reason);
    const took = Math.round(durationMs) / 1000;
    const output = stdout.trim() === '' ? stderr : stdout;
    const wrong =
      wrongEnding(ending, exit) ?? missingIn(output, { string, regex }) ?? difference(output.trim(), equals);
    return {
      state: wrong === undefined ? judge(took, thresholds) : 'ERR',
      text: `${wrong ?? 'as it should be'} (${formatSeconds(took)})${shown(output)}`,
      perf: [measured('time', took, 's', { ...thresholds, min: 0, max: timeoutMs / 1000 })],
    };
  },
});

function wrongEnding(ending: Ending, right: number[]): string | undefined {
  if (ending.kind === 'signal') return `killed by ${ending.signal}`;
  if (ending.kind !== 'exit') return 'it did not end in time';
  const codes = right.length === 0 ? [0] : right;
  return codes.includes(ending.code) ? undefined : `exit code ${ending.code}`;
}

function difference(output: string, wanted: string | undefined): string | undefined {
  return wanted === undefined || output === wanted.trim() ? undefined : `it is not ${JSON.stringify(wanted)}`;
}

function shown(output: string): string {
  const first = output.trim().split('\n', 1)[0] ?? '';
  return first === '' ? '' : `: ${first.slice(0, MOST_SHOWN_CHARACTERS)}`;
}
