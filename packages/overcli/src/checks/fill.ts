import { isBad, parseDecimal, parseRange, type Range, type State } from '@overc/protocol';
import { parseSize } from '../size.ts';
import type { CheckOption } from './check.ts';
import { atLeast, checkOrder, type Thresholds } from './threshold.ts';

/** A limit of something that fills: on the share that is used (%), or on what is left (bytes). */
export type FillLimit = { of: 'used' | 'free'; range: Range };

export interface Fill {
  /** 0 to 100 */
  usedPercent: number;
  freeBytes: number;
}

export interface FillLimits {
  warning?: FillLimit | undefined;
  critical?: FillLimit | undefined;
}

const DEFAULT: Required<FillLimits> = {
  warning: { of: 'used', range: { start: 0, end: 80, inside: false } },
  critical: { of: 'used', range: { start: 0, end: 90, inside: false } },
};

/** The options `-w` and `-c`: a percentage is the most that may be used, a size the least that must be free. */
export function fillOptions(free: string) {
  const one = (state: string, short: string, share: string) => ({
    read: fillLimit,
    value: 'LIMIT',
    short,
    help: `${state} when more than this percentage is used, or less than this size is ${free}.`,
    example: `${share} or ${short === 'w' ? '10G' : '5G'}`,
  });
  return { warning: one('WARN', 'w', '80%'), critical: one('ERR', 'c', '90%') } satisfies Record<
    string,
    CheckOption<FillLimit>
  >;
}

/** `80%` or any range of percentages is about what is used, a size such as `10G` about what is left. */
export function fillLimit(text: string): FillLimit {
  if (text.includes('%')) {
    const range = parseRange(text.replaceAll('%', ''), parseDecimal);
    if (range) return { of: 'used', range };
  }
  const size = parseSize(text.replace(/:$/, ''));
  if (size === undefined)
    throw new Error('must be a percentage that may be used, or a size that must be free');
  return { of: 'free', range: atLeast(size) };
}

/** The limits that hold: the usual 80% and 90%, unless one was given. Throws UsageError when they contradict. */
export function limitsOf({ warning, critical }: FillLimits): FillLimits {
  if (!warning && !critical) return DEFAULT;
  if (warning?.of === critical?.of) checkOrder({ warning: warning?.range, critical: critical?.range });
  return { warning, critical };
}

/** The state of something that fills. */
export function judgeFill(fill: Fill, { warning, critical }: FillLimits): State {
  if (critical && isBeyond(critical, fill)) return 'ERR';
  return warning && isBeyond(warning, fill) ? 'WARN' : 'OK';
}

/** The limits on one side as thresholds of its number. */
export function thresholdsOf(of: FillLimit['of'], { warning, critical }: FillLimits): Thresholds {
  const only = (limit?: FillLimit) => (limit?.of === of ? limit.range : undefined);
  return { warning: only(warning), critical: only(critical) };
}

function isBeyond({ of, range }: FillLimit, { usedPercent, freeBytes }: Fill): boolean {
  return isBad(range, of === 'used' ? usedPercent : freeBytes);
}
