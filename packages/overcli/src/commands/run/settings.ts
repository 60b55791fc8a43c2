import { basename } from 'node:path';
import { duration, MAX_PERIOD_SECONDS, nameText, type ReadValue } from '@overc/protocol';
import { UsageError } from '../../errors.ts';
import type { Flags } from '../../flags.ts';
import { readOperand } from '../../operands.ts';
import type { OptionName } from '../../options.ts';

/** What is wanted of a run, and of the reports about it. */
export interface RunSettings {
  argv: string[];
  service: string;
  title: string | undefined;
  periodMs: number;
  graceMs: number;
  timeoutMs: number | undefined;
  minMs: number | undefined;
  maxMs: number | undefined;
  isQuiet: boolean;
}

const LEAST_PERIOD_MS = 1000;
const LONGEST_MS = MAX_PERIOD_SECONDS * 1000;
const LEAST_LIMIT_MS = 1;
/** What holds unless it is given: most jobs run daily, and some an hour longer than on other days. */
const USUAL = { period: '1d', grace: '1h' };

/** Reads what the command line says. Throws UsageError. */
export function readRunSettings(argv: string[], { options }: Flags): RunSettings {
  const read = <T>(name: OptionName & keyof typeof options, how: ReadValue<T>, example: string) => {
    const text = options[name];
    return typeof text === 'string' ? readOperand(`--${name}`, how, text, example) : undefined;
  };
  const [program = ''] = argv;
  if (program === '') throw new UsageError('COMMAND...: the first word is empty; name a program to run');
  const limit = duration(LEAST_LIMIT_MS, LONGEST_MS);
  const period = duration(LEAST_PERIOD_MS, LONGEST_MS);
  const settings = {
    argv,
    service: read('service', nameText, 'backup') ?? nameText(basename(program)),
    title: read('title', titleText, '"Nightly backup"'),
    periodMs: readOperand('--period', period, options.period ?? USUAL.period, '1d'),
    graceMs: readOperand('--grace', duration(0, LONGEST_MS), options.grace ?? USUAL.grace, '1h'),
    timeoutMs: read('timeout', limit, '2h'),
    minMs: read('min', limit, '10s'),
    maxMs: read('max', limit, '1h'),
    isQuiet: options.quiet === true,
  };
  refuseContradictions(settings);
  return settings;
}

function titleText(text: string): string {
  return text === '' ? text : nameText(text);
}

function refuseContradictions({ timeoutMs, minMs, maxMs }: RunSettings): void {
  if (minMs !== undefined && maxMs !== undefined && minMs >= maxMs)
    throw new UsageError('--min: must be less than --max (for example --min 10s --max 1h)');
  if (timeoutMs !== undefined && maxMs !== undefined && maxMs >= timeoutMs)
    throw new UsageError('--max: must be less than --timeout, at which the job is ended');
  if (timeoutMs !== undefined && minMs !== undefined && minMs >= timeoutMs)
    throw new UsageError('--min: must be less than --timeout, at which the job is ended');
}
