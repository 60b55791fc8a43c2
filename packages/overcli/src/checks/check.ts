import type { Option, Perf, ReadValue, State } from '@overc/protocol';

/** What a check found out. The first line of its text is what people see first. */
export interface Finding {
  state: State;
  text: string;
  perf: Perf[];
}

/** One option of a check. */
export interface CheckOption<T> extends Option<T> {
  /** What stands for its value in the help, such as `RANGE`. */
  value: string;
  /** One letter, for those at home with the Monitoring Plugins the same as there. */
  short?: string;
  /** Words that belong to no option are its values too. */
  operand?: boolean;
  /** It may be given several times. */
  many?: boolean;
  required?: boolean;
}

/** An option without a value. */
export interface Switch {
  read?: undefined;
  help: string;
  short?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: any option fits here; its own type comes back out of CheckValues.
export type CheckOptions = Record<string, CheckOption<any> | Switch>;

type ValueOf<O> = O extends { read: ReadValue<infer T> }
  ? O extends { many: true }
    ? T[]
    : O extends { required: true } | { fallback: string }
      ? T
      : T | undefined
  : boolean;

/** The values of a check's options, by their long names. */
export type CheckValues<O extends CheckOptions> = { [K in keyof O]: ValueOf<O[K]> };

/** What a check works with beside its options. */
export interface CheckSurroundings {
  /** Aborts when the check's time is over. */
  signal: AbortSignal;
  /** The wall's time, UTC ms. */
  nowMs: () => number;
  timeoutMs: number;
}

/** A check: its options and what it does with them. It neither prints nor exits. */
export interface Check<O extends CheckOptions = CheckOptions> {
  summary: string;
  /** More than one line can say. */
  notes?: string;
  options: O;
  /** What stands after `overcli check` in the help's examples. */
  examples: string[];
  /** What it means when the check does not end in time; UNK unless set. */
  whenLate?: State;
  /** Throws {@link CannotTell} where a fact is not to be had, and UsageError at values that do not fit together. */
  run(values: CheckValues<O>, surroundings: CheckSurroundings): Promise<Finding> | Finding;
}

/** Keeps the types of the options' values for `run`. */
export function defineCheck<const O extends CheckOptions>(check: Check<O>): Check {
  return check as unknown as Check;
}

/** A fact that a check needs is not to be had here. The message says which and why; the state is UNK. */
export class CannotTell extends Error {
  override name = 'CannotTell';
}
