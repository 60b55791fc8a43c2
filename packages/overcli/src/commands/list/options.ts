import { parseDuration, wholeNumber } from '@overc/protocol';
import { type Clock, parseLocalTime, toIso } from '../../clock.ts';
import { readOperand } from '../../operands.ts';
import type { OptionName, OptionValues } from '../../options.ts';

const MOST_ROWS = 1_000_000;

/** How many rows are wanted at the most. */
export function readLimit({ limit }: OptionValues): number | undefined {
  return limit === undefined ? undefined : readOperand('--limit', wholeNumber(1, MOST_ROWS), limit, '20');
}

/** An option's text as it is; an empty one would mean everything to the collector. Throws UsageError. */
export function readFilter<Name extends OptionName>(
  options: OptionValues,
  name: Name,
  read: (text: string) => string,
  example: string,
): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? readOperand(`--${name}`, read, value, example) : undefined;
}

/** Since when, in ISO 8601: a time, or how long ago. */
export const readSince =
  (clock: Clock) =>
  (text: string): string => {
    const agoMs = parseDuration(text);
    const ms = agoMs === undefined ? parseLocalTime(text) : clock.wall() - agoMs;
    if (!(ms >= 0)) throw new Error('must be how long ago, or a time of the last decades');
    return toIso(ms);
  };
