import type { State } from '@overc/protocol';
import type { StopReason, Surroundings } from '../../command.ts';
import { sweepStrays } from '../../runner/plugin.ts';
import { type Trial, tryPlugins } from '../../runner/trial.ts';
import type { MonitorSettings } from '../../sources/ini.ts';
import { summarize } from '../monitor/board.ts';
import { jsonOf, renderTrial } from './render.ts';

type Tried = Pick<MonitorSettings, 'plugins' | 'maxLagMs' | 'maxParallel'>;

/**
 * Runs the plugins once and shows each as soon as those before it have been shown. Answers whether all of them are OK;
 * rejects when an uncaught error stopped it.
 */
export async function showTrials(
  settings: Tried,
  { clock, out, err, terminal }: Surroundings,
  stop: AbortSignal,
  asJson = false,
): Promise<boolean> {
  const { plugins } = settings;
  const done: Trial[] = [];
  for (const running of tryPlugins(plugins, { ...settings, clock }, stop)) {
    const trial = await running;
    if (!trial) continue;
    done.push(trial);
    if (!asJson) out(renderTrial(trial, terminal?.hasColours));
  }
  sweepStrays();
  const states = done.map(({ report }) => report.state);
  if (asJson) out(`${JSON.stringify({ services: done.map(jsonOf), states: countsOf(states) }, null, 2)}\n`);
  else out(`${summarize(states)}; nothing was sent.\n`);
  if (stop.aborted) tellStop(stop.reason as StopReason, plugins.length - done.length, err);
  return done.length === plugins.length && states.every((state) => state === 'OK');
}

function tellStop(reason: StopReason, missing: number, err: (text: string) => void): void {
  if (reason.kind === 'fault') throw reason.error;
  err(`Stopped; ${missing} of the plugins had not ended.\n`);
}

function countsOf(states: State[]): Record<State, number> {
  const counts = { OK: 0, WARN: 0, ERR: 0, UNK: 0 };
  for (const state of states) counts[state]++;
  return counts;
}
