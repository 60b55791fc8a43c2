import { MAX_PERIOD_SECONDS } from '@overc/protocol';
import { longestPauseMs } from '../../sources/cron-pause.ts';
import { type Job, readLine } from './crontab.ts';
import { nameAll } from './name.ts';
import { CRON_PATH, CRON_SHELL, cronWord, isPosixShell, needsNoShell, quoted } from './shell.ts';

export interface WrapOptions {
  /** Whether its lines say whose job they are. */
  isSystem: boolean;
  /** A monitor's file that `overcli run` is to take. */
  config?: string | undefined;
  /** The words that start overcli where programs are looked for in `path`. */
  programIn: (path: string) => string[];
}

/** A line that stays as it is, and why. */
export interface Left {
  /** From 1 on. */
  line: number;
  reason: string;
}

export interface Wrapped {
  /** The new crontab's lines, as many as before. */
  lines: string[];
  before: string[];
  services: string[];
  left: Left[];
}

/** A job and the variables that hold for it. */
interface Found {
  index: number;
  job: Job;
  shell: string;
  path: string;
}

interface Timing {
  period: string;
  grace: string;
}

/** How long a line's command may be; Debian's cron refuses the whole crontab when one is longer (MAX_COMMAND in its cron.h). */
const MOST_COMMAND_BYTES = 998;
const TOO_LONG = `with overcli run it would be longer than the ${MOST_COMMAND_BYTES} bytes that cron takes; put the command into a script`;
const CALLS_OVERCLI = /(^|[\s/;&|('"])overcli(\.m?js)?['"]?\s/;
const NAMED_SERVICE = /--service[ =](?:'([^']*)'|([^\s']+))/g;

/** Wraps every job of a crontab that it can with `overcli run`; all else stays as it is, to the byte. */
export function wrapCrontab(text: string, options: WrapOptions): Wrapped {
  const before = text.split('\n');
  const left: Left[] = [];
  const found = jobsOf(before, options.isSystem, left);
  const timed = found.flatMap((one) => {
    const timing = timingOf(one, left);
    return timing === undefined ? [] : [{ ...one, ...timing }];
  });
  const names = nameAll(
    timed.map(({ job }) => job.command),
    namesIn(text),
  );
  const lines = [...before];
  const services: string[] = [];
  for (const [order, one] of timed.entries()) {
    const service = names[order] as string;
    const command = commandFor(one, service, options);
    if (Buffer.byteLength(command) > MOST_COMMAND_BYTES) {
      left.push({ line: one.index + 1, reason: TOO_LONG });
      continue;
    }
    lines[one.index] = one.job.before + command;
    services.push(service);
  }
  return { lines, before, services, left: left.sort((a, b) => a.line - b.line) };
}

function commandFor(
  { job, shell, path, period, grace }: Found & Timing,
  service: string,
  { programIn, config }: WrapOptions,
): string {
  const promise = ['--service', service, '--period', period, '--grace', grace];
  const words = [...programIn(path), 'run', ...promise, ...(config === undefined ? [] : ['-c', config])];
  return `${words.map(cronWord).join(' ')} -- ${inner(job.command, shell, path)}${job.input}`;
}

/** What `overcli run` is to run: the command itself, or the shell with it as cron would have called that. */
function inner(command: string, shell: string, path: string): string {
  return needsNoShell(command, path) ? command : `${cronWord(shell)} -c ${quoted(command)}`;
}

function jobsOf(lines: string[], isSystem: boolean, left: Left[]): Found[] {
  const found: Found[] = [];
  let shell = CRON_SHELL;
  let path = CRON_PATH;
  for (const [index, text] of lines.entries()) {
    const line = readLine(text, isSystem);
    if (line.kind === 'variable' && line.name === 'SHELL') shell = line.value;
    if (line.kind === 'variable' && line.name === 'PATH') path = line.value;
    if (line.kind === 'job') found.push({ index, job: line, shell, path });
    if (line.kind === 'strange') left.push({ line: index + 1, reason: 'it is no line of a crontab' });
  }
  return found;
}

/** The promise of a job, as `overcli run` takes it; undefined for one that is left. */
function timingOf({ index, job, shell }: Found, left: Left[]): Timing | undefined {
  const leave = (reason: string) => {
    left.push({ line: index + 1, reason });
    return undefined;
  };
  if (job.command.trim() === '') return leave('it has no command');
  if (CALLS_OVERCLI.test(job.command)) return leave('it calls overcli already');
  if (job.schedule.toLowerCase() === '@reboot')
    return leave('@reboot names no next run that could be promised');
  if (!isPosixShell(shell))
    return leave(`its SHELL, ${shell}, quotes in another way than sh; wrap it by hand`);
  try {
    const pauseMs = longestPauseMs(job.schedule);
    if (pauseMs > MAX_PERIOD_SECONDS * 1000)
      return leave('more than a year lies between two runs, the longest promise');
    return { period: shown(pauseMs), grace: shown(graceFor(pauseMs)) };
  } catch (error) {
    return leave(`its times are not understood (${(error as Error).message.replace(/^\w+: /, '')})`);
  }
}

const MINUTE_MS = 60_000;
const LEAST_GRACE_MS = 5 * MINUTE_MS;
/** Enough for the hour of summer time, and for a run that takes an hour longer than the one before. */
const MOST_GRACE_MS = 120 * MINUTE_MS;

/** A quarter of the period, within bounds. */
function graceFor(periodMs: number): number {
  return Math.min(Math.max(periodMs / 4, LEAST_GRACE_MS), MOST_GRACE_MS);
}

const UNITS = [
  ['d', 24 * 60 * MINUTE_MS],
  ['h', 60 * MINUTE_MS],
  ['m', MINUTE_MS],
  ['s', 1000],
] as const;

/** A duration in its largest unit without a fraction. */
function shown(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => ms % unitMs === 0) ?? ['s', 1000];
  return `${Math.ceil(ms / unitMs)}${unit}`;
}

/** Names that its lines give to services already. */
function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(NAMED_SERVICE)].map(([, quotedName, name]) => quotedName ?? name ?? ''));
}
