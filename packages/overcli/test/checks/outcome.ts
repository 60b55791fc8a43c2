import { type Perf, STATES, type State, splitOutput } from '@overc/protocol';
import { check } from '../../src/commands/check.ts';

export interface CheckOutcome {
  state: State | undefined;
  /** What follows `NAME STATE - `. */
  text: string;
  perf: Perf[];
  out: string;
}

/** Runs `overcli check …` within this process, and reads what it prints as a collector would. */
export async function runCheck(...words: string[]): Promise<CheckOutcome> {
  let out = '';
  const code = await check(words, (text) => {
    out += text;
  });
  const { text, perf } = splitOutput(out);
  return { state: STATES[code], text: text.replace(/^[A-Z]+ [A-Z]+ - /, ''), perf, out };
}

/** One number of an outcome, by its label. */
export function numberOf({ perf }: CheckOutcome, label: string): number {
  const value = perf.find((one) => one.label === label)?.value;
  if (value === undefined || value === null) throw new Error(`there is no ${label}`);
  return value;
}
