/** A threshold: values outside of start to end are bad, or, where `inside`, those from start to end. */
export interface Range {
  /** −Infinity for `~`. */
  start: number;
  /** Infinity when it is left out. */
  end: number;
  inside: boolean;
}

/** Reads one end of a range; undefined when it is none. */
export type ReadNumber = (text: string) => number | undefined;

const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/** A finite decimal number, such as `-1.5` or `2e-3`; undefined for any other text. */
export function parseDecimal(text: string): number | undefined {
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/**
 * A range as plugins write it: `10` is bad below 0 and above 10, `10:` below 10, `~:10` above 10, `10:20` outside,
 * and `@10:20` from 10 to 20. Undefined when the text is none.
 * Source: Monitoring Plugins Development Guidelines, "Threshold and Ranges".
 *
 * @param readNumber reads the numbers, for ranges that may have units
 */
export function parseRange(text: string, readNumber: ReadNumber = parseDecimal): Range | undefined {
  const [, at, first, colon, last] = /^(@?)([^:@]*)(:?)([^:@]*)$/.exec(text.trim()) ?? [];
  if (first === undefined || first + last === '') return undefined;
  const start = colon === '' || first === '' ? 0 : first === '~' ? -Infinity : readNumber(first);
  const endText = colon === '' ? first : (last as string);
  const end = endText === '' ? Infinity : readNumber(endText);
  if (start === undefined || end === undefined || start > end) return undefined;
  return { start, end, inside: at === '@' };
}

/** The shortest text that {@link parseRange} reads as this range. */
export function formatRange({ start, end, inside }: Range): string {
  const from = start === 0 && end !== Infinity ? '' : `${start === -Infinity ? '~' : start}:`;
  return `${inside ? '@' : ''}${from}${end === Infinity ? '' : end}`;
}

/** Whether a value is one that the range warns of. */
export function isBad({ start, end, inside }: Range, value: number): boolean {
  const isWithin = value >= start && value <= end;
  return isWithin === inside;
}
