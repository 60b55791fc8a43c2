import { run } from '@overc/command';
import { parseDecimal, type Range, type ReadNumber, text } from '@overc/protocol';
import { UsageError } from '../errors.ts';
import { formatSize, parseSize } from '../size.ts';
import { CannotTell, defineCheck } from './check.ts';
import { isCalled, type ProcessFacts, readProcesses } from './proc.ts';
import {
  atLeast,
  checkOrder,
  judge,
  measured,
  range,
  readSeconds,
  type Thresholds,
  worst,
} from './threshold.ts';

/** A number of each process that can be judged. */
interface Metric {
  of: (facts: ProcessFacts) => number;
  unit: string;
  read: ReadNumber;
  show: (value: number) => string;
}

const METRICS: Record<string, Metric> = {
  rss: { of: (facts) => facts.residentBytes, unit: 'B', read: parseSize, show: formatSize },
  vsz: { of: (facts) => facts.virtualBytes, unit: 'B', read: parseSize, show: formatSize },
  cpu: { of: (facts) => facts.cpuPercent, unit: '%', read: readPercent, show: (value) => `${value}%` },
  elapsed: {
    of: (facts) => facts.elapsedSeconds,
    unit: 's',
    read: readSeconds,
    show: (value) => `${value} s`,
  },
};
const COUNT = 'procs';

export const processCheck = defineCheck({
  summary: 'Do the processes run that should, and how many? Or: does one of them take too much?',
  notes: [
    'Unless -w or -c is given, no process at all is ERR. What is asked for with several options must all be true.',
    'With --metric, -w and -c judge each of the processes: its memory (rss, vsz; sizes), its share of a processor since',
    'its start (cpu; percent) or its age (elapsed; durations).',
  ].join('\n'),
  options: {
    command: {
      read: text,
      value: 'NAME',
      short: 'C',
      operand: true,
      help: 'Only processes of this name: the program without its folder.',
      example: 'nginx',
    },
    argument: {
      read: text,
      value: 'TEXT',
      short: 'a',
      help: 'Only those with this text in their command line.',
      example: 'worker.py',
    },
    user: { read: text, value: 'USER', short: 'u', help: 'Only those of this user.', example: 'www-data' },
    state: {
      read: text,
      value: 'LETTERS',
      short: 's',
      help: 'Only those in one of these states, such as Z (ended, but its parent did not ask) or D (waiting for a disk).',
      example: 'Z',
    },
    metric: {
      read: metricName,
      value: 'METRIC',
      short: 'm',
      help: `What -w and -c judge: ${[COUNT, ...Object.keys(METRICS)].join(', ')}.`,
      example: 'rss',
      fallback: COUNT,
    },
    warning: { read: text, value: 'RANGE', short: 'w', help: 'WARN outside of this range.', example: '1:20' },
    critical: { read: text, value: 'RANGE', short: 'c', help: 'ERR outside of this range.', example: '1:50' },
  },
  examples: [
    'process nginx',
    'process -C php-fpm -u www-data -w 2:20 -c 1:50',
    'process -s Z -w 5 -c 20',
    'process -C java -m rss -w 2G -c 4G',
  ],

  async run({ command, argument, user, state, metric, warning, critical }, { signal }) {
    const judged = METRICS[metric];
    const thresholds = readThresholds({ warning, critical }, judged?.read ?? parseDecimal);
    const uid = user === undefined ? undefined : await uidOf(user, signal);
    const found = readProcesses().filter(
      (facts) =>
        !isCheck(facts) &&
        (command === undefined || isCalled(facts, command)) &&
        (argument === undefined || commandLineOf(facts).includes(argument)) &&
        (uid === undefined || facts.uid === uid) &&
        (state === undefined ? facts.state !== 'Z' : state.includes(facts.state)),
    );
    return judged ? judgeEach(found, metric, judged, thresholds) : judgeCount(found, thresholds);
  },
});

function commandLineOf({ argv }: ProcessFacts): string {
  return argv.join(' ');
}

/** Whether this is a check itself, or the shell or npx that started one: its arguments name what it looks for. */
function isCheck(facts: ProcessFacts): boolean {
  return facts.pid === process.pid || commandLineOf(facts).includes(' check process ');
}

function judgeCount(found: ProcessFacts[], given: Thresholds) {
  const thresholds = given.warning || given.critical ? given : { critical: atLeast(1) };
  const resident = found.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  const pids = found.map(({ pid }) => pid);
  const shown = pids.length === 0 ? '' : `, PID ${pids.slice(0, MOST_SHOWN).join(' ')}`;
  return {
    state: judge(found.length, thresholds),
    text: `${count(found)}${shown}${pids.length > MOST_SHOWN ? ' …' : ''}`,
    perf: [
      measured('processes', found.length, '', { ...thresholds, min: 0 }),
      measured('rss', resident, 'B', { min: 0 }),
    ],
  };
}

function judgeEach(found: ProcessFacts[], name: string, { of, unit, show }: Metric, thresholds: Thresholds) {
  const bad = found.filter((facts) => judge(of(facts), thresholds) !== 'OK');
  const most = Math.max(0, ...found.map(of));
  const told = bad.slice(0, MOST_SHOWN).map((facts) => `${facts.name} (PID ${facts.pid}) ${show(of(facts))}`);
  const what = bad.length === 0 ? `the most is ${show(most)}` : `${bad.length} beyond: ${told.join(', ')}`;
  return {
    state: worst(found.map((facts) => judge(of(facts), thresholds))),
    text: found.length === 0 ? count(found) : `${name} of ${count(found)}: ${what}`,
    perf: [
      measured('processes', found.length, '', { min: 0 }),
      measured(name, most, unit, { ...thresholds, min: 0 }),
    ],
  };
}

/** How many processes are named in the text. */
const MOST_SHOWN = 5;

function count({ length }: ProcessFacts[]): string {
  return length === 0 ? 'no such process' : `${length} ${length === 1 ? 'process' : 'processes'}`;
}

function readThresholds(
  { warning, critical }: { warning: string | undefined; critical: string | undefined },
  read: ReadNumber,
): Thresholds {
  const one = (option: string, value: string | undefined): Range | undefined => {
    try {
      return value === undefined ? undefined : range(read)(value);
    } catch (error) {
      throw new UsageError(`${option}: ${JSON.stringify(value)} ${(error as Error).message}`);
    }
  };
  const thresholds = { warning: one('--warning', warning), critical: one('--critical', critical) };
  checkOrder(thresholds);
  return thresholds;
}

function metricName(value: string): string {
  const name = value.toLowerCase();
  if (name === COUNT || Object.hasOwn(METRICS, name)) return name;
  throw new Error(`must be one of ${[COUNT, ...Object.keys(METRICS)].join(', ')}`);
}

function readPercent(value: string): number | undefined {
  return parseDecimal(value.replace(/%$/, ''));
}

/** A user's number; `id` asks whatever keeps the users. */
async function uidOf(user: string, signal: AbortSignal): Promise<number> {
  if (/^\d+$/.test(user)) return Number(user);
  const argv = ['id', '-u', '--', user];
  const { ending, stdout } = await run({ argv, cwd: '/', timeoutMs: 60_000, maxOutputBytes: 100, signal });
  if (ending.kind === 'exit' && ending.code === 0) return Number(stdout);
  throw new CannotTell(`there is no user ${user} here`);
}
