import { type Perf, splitOutput } from '@overc/protocol';
import { oneLine } from '../../log.ts';
import type { Trial } from '../../runner/trial.ts';
import { COLOURS, paint } from '../colours.ts';
import { span, took } from '../monitor/table.ts';

/** How far what a plugin said stands below its service. */
const INDENT = '      ';
const STATE_WIDTH = 4;

/** One result for people: state, service, time and promise on a line, below it what it says, and each of its numbers. */
export function renderTrial({ report, runMs, nextMs }: Trial, hasColours = false): string {
  const { service, state, info, title } = report;
  const { text, perf } = splitOutput(info);
  const padded = state.padEnd(STATE_WIDTH);
  const shown = hasColours ? paint(padded, COLOURS[state]) : padded;
  const called = title === undefined ? '' : ` (${oneLine(title)})`;
  const facts = [`took ${took(runMs)}`, promiseOf(report), `next run in ${span(nextMs)}`];
  return [
    `${shown}  ${oneLine(service)}${called}: ${facts.join(', ')}`,
    ...(text === '' ? [] : text.split('\n').map((line) => `${INDENT}${oneLine(line)}`)),
    ...perf.map((one) => `${INDENT}| ${oneLine(describe(one))}`),
    '',
  ].join('\n');
}

function promiseOf({ periodSeconds, graceSeconds }: Trial['report']): string {
  const grace = graceSeconds ? ` and ${graceSeconds} s of grace` : '';
  return `promises the next within ${periodSeconds} s${grace}`;
}

function describe({ label, value, unit, warn, crit, min, max }: Perf): string {
  const bounds = Object.entries({ warn, crit, min, max })
    .filter(([, bound]) => bound !== undefined)
    .map(([name, bound]) => `${name} ${bound}`);
  const amount = value === null ? 'unknown' : `${value} ${unit}`.trimEnd();
  return `${label} = ${amount}${bounds.length === 0 ? '' : ` (${bounds.join(', ')})`}`;
}

/** One result as JSON: what the protocol calls a service, and beside it what was measured. */
export function jsonOf({ report, runMs, nextMs }: Trial) {
  const { service, state, info, periodSeconds, graceSeconds, title } = report;
  return {
    name: service,
    state,
    info,
    period: periodSeconds,
    grace: graceSeconds,
    title,
    ...splitOutput(info),
    took_ms: Math.round(runMs),
    next_run_ms: Math.round(nextMs),
  };
}
