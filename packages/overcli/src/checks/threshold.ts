import {
  compareStates,
  formatRange,
  isBad,
  type Perf,
  parseDecimal,
  parseDuration,
  parseRange,
  type Range,
  type ReadNumber,
  type ReadValue,
  type State,
} from '@overc/protocol';
import { UsageError } from '../errors.ts';
import type { CheckOption } from './check.ts';

/** Where WARN and where ERR begin. */
export interface Thresholds {
  warning?: Range | undefined;
  critical?: Range | undefined;
}

/** What a number is compared with, how it is shown, and what its thresholds look like in an example. */
interface Kind {
  /** What the help says about it, such as `the answer's time`. */
  about: string;
  read?: ReadNumber;
  warning: string;
  critical: string;
}

/** The options `-w` and `-c` for ranges of one number. */
export function thresholdOptions({ about, read, warning, critical }: Kind) {
  const one = (state: string, short: string, example: string) => ({
    read: range(read),
    value: 'RANGE',
    short,
    help: `${state} when ${about} is outside of this range.`,
    example,
  });
  return { warning: one('WARN', 'w', warning), critical: one('ERR', 'c', critical) } satisfies Record<
    string,
    CheckOption<Range>
  >;
}

/** A range as the Monitoring Plugins write it, its numbers read by `readNumber`. */
export function range(readNumber: ReadNumber = parseDecimal): ReadValue<Range> {
  return (text) => {
    const found = parseRange(text, readNumber);
    if (!found) throw new Error('must be a range: MOST, LEAST:, LEAST:MOST, ~:MOST or @FROM:TO');
    return found;
  };
}

/** A duration in seconds: `0.5`, `500ms`, `2h`. */
export function readSeconds(text: string): number | undefined {
  const ms = parseDuration(text);
  return ms === undefined ? undefined : ms / 1000;
}

/** What is from `least` on good, and worse below. */
export function atLeast(least: number): Range {
  return { start: least, end: Infinity, inside: false };
}

/** Refuses thresholds of which WARN could never be seen, most often swapped ones. Throws UsageError. */
export function checkOrder({ warning, critical }: Thresholds): void {
  if (!warning || !critical || warning.inside || critical.inside) return;
  const isSwapped =
    (warning.start === critical.start && critical.end < warning.end) ||
    (warning.end === critical.end && critical.start > warning.start);
  if (!isSwapped) return;
  const [warn, crit] = [formatRange(warning), formatRange(critical)];
  throw new UsageError(`-w ${warn} would never be seen with -c ${crit}; are they swapped?`);
}

/** The state of a number by its thresholds. */
export function judge(value: number, { warning, critical }: Thresholds): State {
  if (critical && isBad(critical, value)) return 'ERR';
  return warning && isBad(warning, value) ? 'WARN' : 'OK';
}

/** The worst of some states; OK when there are none. */
export function worst(states: State[]): State {
  return states.reduce((a, b) => (compareStates(a, b) < 0 ? b : a), 'OK');
}

/** A number with its thresholds, as perfdata. */
export function measured(
  label: string,
  value: number,
  unit: string,
  { warning, critical, min, max }: Thresholds & { min?: number; max?: number } = {},
): Perf {
  return {
    label,
    value,
    unit,
    ...(warning && { warn: formatRange(warning) }),
    ...(critical && { crit: formatRange(critical) }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  };
}
