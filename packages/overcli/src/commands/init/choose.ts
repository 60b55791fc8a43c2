import { splitOutput, wholeNumber } from '@overc/protocol';
import { oneLine } from '../../log.ts';
import { sweepStrays } from '../../runner/plugin.ts';
import type { TrialOptions } from '../../runner/trial.ts';
import { type Trial, tryPlugins } from '../../runner/trial.ts';
import type { Proposal } from '../../sources/compose.ts';
import type { PluginSpec } from '../../sources/spec.ts';
import { COLOURS, paint } from '../colours.ts';
import { span } from '../monitor/table.ts';
import { type Asker, stopped } from './asker.ts';

const STATE_WIDTH = 4;
const MOST_INFO = 60;

/** A proposal, and what it says now. */
export interface Tried {
  proposal: Proposal;
  trial: Trial;
}

/** Runs what is proposed, and leaves out what cannot tell anything here. */
export async function tryProposals(
  proposals: Proposal[],
  specs: PluginSpec[],
  options: TrialOptions,
  stop: AbortSignal,
): Promise<Tried[]> {
  const trials = await Promise.all(tryPlugins(specs, options, stop));
  sweepStrays();
  if (stop.aborted) throw stopped();
  return proposals.flatMap((proposal, index) => {
    const trial = trials[index];
    return trial && trial.report.state !== 'UNK' ? [{ proposal, trial }] : [];
  });
}

/** The proposals as a list with numbers. */
export function listOf(tried: Tried[], hasColours = false): string {
  const width = Math.max(...tried.map(({ proposal }) => proposal.service.length));
  const lines = tried.map(({ proposal: { service, periodSeconds }, trial: { report } }, index) => {
    const padded = report.state.padEnd(STATE_WIDTH);
    const state = hasColours ? paint(padded, COLOURS[report.state]) : padded;
    const info = oneLine(splitOutput(report.info).text).slice(0, MOST_INFO);
    const every = `every ${span(periodSeconds * 1000)}`.padEnd(10);
    return `  ${String(index + 1).padStart(2)}  ${service.padEnd(width)}  ${every}  ${state}  ${info}\n`;
  });
  return lines.join('');
}

/** Has somebody leave out what is not wanted. */
export async function chooseProposals(tried: Tried[], asker: Asker): Promise<Tried[]> {
  const read = wholeNumber(1, tried.length);
  const without = await asker.ask('Enter takes them all; or the numbers of those to leave out, such as 2 5', {
    proposal: '',
    read: (answer) => {
      const numbers = new Set(
        answer
          .split(/[\s,]+/)
          .filter(Boolean)
          .map(read),
      );
      if (numbers.size === tried.length) throw new Error('leaves nothing to watch; keep one at least');
      return numbers;
    },
  });
  return tried.filter((_, index) => !without.has(index + 1));
}
