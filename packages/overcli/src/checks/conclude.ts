import { formatPerfdata, STATES, type State } from '@overc/protocol';
import { wallMs } from '../clock.ts';
import { UsageError } from '../errors.ts';
import { oneLine } from '../log.ts';
import type { Given } from './arguments.ts';
import type { Check, Finding } from './check.ts';

/** How long a check may take to clean up after its time is over: a command that it runs is killed after a second. */
const CLEANUP_MS = 2000;

/** Runs a check to its end, or until its time is over. Rejects with UsageError alone; any other failure is UNK. */
export async function conclude(check: Check, values: Given): Promise<Finding> {
  const timeoutMs = values.timeout as number;
  const timeUp = new AbortController();
  const { signal } = timeUp;
  let timer: NodeJS.Timeout | undefined;
  const gaveUp = new Promise<void>((resolve) => {
    const giveUp = () => {
      timeUp.abort();
      timer = setTimeout(resolve, CLEANUP_MS);
    };
    timer = setTimeout(giveUp, timeoutMs);
  });
  const late: Finding = {
    state: check.whenLate ?? 'UNK',
    text: `no result within ${timeoutMs / 1000} s`,
    perf: [],
  };
  try {
    const result = check.run(values as never, { signal, nowMs: wallMs, timeoutMs });
    const finding = await Promise.race([result, gaveUp]);
    return signal.aborted || !finding ? late : finding;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return signal.aborted ? late : { state: 'UNK', text: (error as Error).message, perf: [] };
  } finally {
    clearTimeout(timer);
  }
}

/** The output of a plugin: `LOAD OK - text|numbers`, and what else there is to say below. */
export function formatFinding(name: string, { state, text, perf }: Finding): string {
  const [first = '', ...rest] = text.split(/\r?\n/);
  const head = `${name.toUpperCase()} ${state} - ${speakable(first)}`;
  const numbers = perf.length === 0 ? '' : `|${formatPerfdata(perf)}`;
  return `${[head + numbers, ...rest.map(speakable)].join('\n')}\n`;
}

/** The exit code that stands for a state: 0 OK, 1 WARN, 2 ERR, 3 UNK. */
export function exitCodeOf(state: State): number {
  return STATES.indexOf(state);
}

/** A bar would begin the numbers, and a control character might steer a terminal. */
function speakable(line: string): string {
  return oneLine(line).replaceAll('|', '¦').toWellFormed();
}
