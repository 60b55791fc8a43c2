import { text } from '@overc/protocol';
import { UsageError } from '../errors.ts';
import { defineCheck } from './check.ts';
import { readNewLines } from './lines.ts';
import { regex } from './matching.ts';
import { loadPlace, placeFile, savePlace } from './place.ts';
import { checkOrder, judge, measured, range, thresholdOptions } from './threshold.ts';

const MOST_SHOWN_LINES = 10;
const MOST_SHOWN_CHARACTERS = 300;

export const log = defineCheck({
  summary:
    'How many new lines of a log match? It goes on where it stopped the last time, also when the log is rotated.',
  notes: [
    'The first time it only remembers the end. Unless -w or -c is given, a line is WARN. The next check is OK again when',
    'no new line matches; 128 MiB are read at once, the rest by the next. The place is kept in a file for each log and its patterns: in the folder that systemd gives',
    '(STATE_DIRECTORY), in /var/lib/overcli for root, and in ~/.local/state/overcli for others.',
  ].join('\n'),
  options: {
    file: {
      read: text,
      value: 'FILE',
      short: 'F',
      operand: true,
      required: true,
      help: 'The log.',
      example: '/var/log/app.log',
    },
    pattern: {
      read: text,
      value: 'REGEX',
      short: 'p',
      many: true,
      required: true,
      help: 'Lines that match count; of several, one is enough.',
      example: 'error|fatal',
    },
    exclude: {
      read: text,
      value: 'REGEX',
      short: 'x',
      many: true,
      help: 'Lines that match this do not count.',
      example: 'error rate: 0',
    },
    'ignore-case': { short: 'i', help: 'Capitals and small letters are the same.' },
    ...thresholdOptions({ about: 'the number of lines', warning: '0', critical: '10' }),
    state: {
      read: text,
      value: 'FILE',
      help: 'Keep the place in this file.',
      example: '/var/lib/overcli/app.json',
    },
  },
  examples: [
    "log -p 'error|fatal' -c 10 /var/log/app.log",
    'log -p OutOfMemory -c 0 --state app.json app.log',
  ],

  async run(values, { signal }) {
    const { file, warning, critical } = values;
    const thresholds = warning || critical ? { warning, critical } : { warning: range()('0') };
    checkOrder(thresholds);
    const flags = values['ignore-case'] ? 'iu' : 'u';
    const pattern = values.pattern.map((one) => expression('--pattern', one, flags));
    const exclude = values.exclude.map((one) => expression('--exclude', one, flags));
    const counts = (line: string) =>
      pattern.some((one) => one.test(line)) && !exclude.some((one) => one.test(line));

    const stateFile = values.state ?? placeFile(file, [flags, ...values.pattern, '', ...values.exclude]);
    const before = await loadPlace(stateFile);
    const shown: string[] = [];
    let lines = 0;
    const place = await readNewLines(file, before, signal, (line) => {
      if (!counts(line)) return;
      lines++;
      if (shown.length < MOST_SHOWN_LINES) shown.push(line.slice(0, MOST_SHOWN_CHARACTERS));
    });
    await savePlace(stateFile, place);
    return {
      state: judge(lines, thresholds),
      text: [
        before ? `${lines} new ${lines === 1 ? 'line matches' : 'lines match'}` : 'remembered the end',
        ...shown,
      ].join('\n'),
      perf: [measured('lines', lines, '', { ...thresholds, min: 0 })],
    };
  },
});

function expression(option: string, pattern: string, flags: string): RegExp {
  try {
    return regex(flags)(pattern);
  } catch (error) {
    throw new UsageError(`${option}: ${JSON.stringify(pattern)} ${(error as Error).message}`);
  }
}
