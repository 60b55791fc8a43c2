import { formatPerfdata, type Perf, type State } from '@overc/protocol';
import type { JobResult } from '../../job/job.ts';
import { KILL_AFTER_MS } from '../../job/timeout.ts';
import type { Usage } from '../../job/usage.ts';
import type { OutgoingReport } from '../../report/outgoing.ts';
import { formatDuration } from './duration.ts';
import type { RunSettings } from './settings.ts';

/** What a run that we end, or tell about, ourselves may take longer: for the way to the collector, and a machine that is busy. */
const WAY_MS = 60_000;

/** The run has begun, and ends within what is promised. */
export function startReport(settings: RunSettings): OutgoingReport {
  return { ...subjectOf(settings), state: 'OK', info: '', running: true, ...promiseOfRun(settings, 0) };
}

/** It has lasted for `--max` and still runs. Not sent as a run, as its state would not count. */
export function tooLongReport(settings: RunSettings): OutgoingReport {
  const maxMs = settings.maxMs as number;
  const info = `Still running after ${formatDuration(maxMs)}, which is --max`;
  return { ...subjectOf(settings), state: 'WARN', info, ...promiseOfRun(settings, maxMs) };
}

/** How it went. The next report is promised within `--period`. */
export function endReport(settings: RunSettings, result: JobResult): OutgoingReport {
  const { state, words } = judge(settings, result);
  const perf = formatPerfdata(numbersOf(result.durationMs, result.usage));
  const first = result.ending.kind === 'not-started' ? words : `${words} | ${perf}`;
  const info = [first, result.output].filter((part) => part !== '').join('\n');
  return { ...subjectOf(settings), state, info, ...promise(settings.periodMs, settings.graceMs) };
}

function subjectOf({ service, title }: RunSettings): { service: string; title?: string } {
  return { service, ...(title !== undefined && { title }) };
}

/** Until when the next word about a run comes at the latest, `runMs` after its start. */
function promiseOfRun({ maxMs, timeoutMs, periodMs, graceMs }: RunSettings, runMs: number) {
  if (maxMs !== undefined && runMs < maxMs) return promise(maxMs - runMs, WAY_MS);
  if (timeoutMs !== undefined) return promise(timeoutMs + KILL_AFTER_MS - runMs, WAY_MS);
  return promise(periodMs, graceMs);
}

function promise(periodMs: number, graceMs: number): { periodSeconds: number; graceSeconds: number } {
  return { periodSeconds: Math.ceil(periodMs / 1000), graceSeconds: Math.ceil(graceMs / 1000) };
}

function judge(settings: RunSettings, { ending, isTimedOut, durationMs }: JobResult): Judgement {
  if (ending.kind === 'not-started') return { state: 'UNK', words: ending.reason };
  const how = ending.kind === 'exit' ? `Exit code ${ending.code}` : `Killed by ${ending.signal}`;
  const words = `${how} after ${formatDuration(durationMs)}`;
  const { timeoutMs, minMs = 0, maxMs = Number.POSITIVE_INFINITY } = settings;
  if (isTimedOut)
    return { state: 'ERR', words: `${words}, ended at --timeout ${formatDuration(timeoutMs ?? 0)}` };
  const isWell = ending.kind === 'exit' && ending.code === 0;
  const remark = remarkOn(durationMs, minMs, maxMs);
  return { state: isWell ? (remark ? 'WARN' : 'OK') : 'ERR', words: `${words}${remark}` };
}

interface Judgement {
  state: State;
  words: string;
}

function remarkOn(durationMs: number, minMs: number, maxMs: number): string {
  if (durationMs < minMs) return `, sooner than --min ${formatDuration(minMs)}`;
  if (durationMs > maxMs) return `, longer than --max ${formatDuration(maxMs)}`;
  return '';
}

function numbersOf(durationMs: number, { userSeconds, systemSeconds, memoryBytes }: Usage): Perf[] {
  const of = (label: string, value: number | undefined, unit: string): Perf[] =>
    value === undefined ? [] : [{ label, value, unit, min: 0 }];
  return [
    ...of('duration', Math.round(durationMs) / 1000, 's'),
    ...of('user', userSeconds, 's'),
    ...of('system', systemSeconds, 's'),
    ...of('memory', memoryBytes, 'B'),
  ];
}
