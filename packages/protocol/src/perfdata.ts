import { parseDecimal, parseRange } from './range.ts';

/** One number that a plugin measured. */
export interface Perf {
  label: string;
  /** Null when the plugin could not tell it (`U`). */
  value: number | null;
  /** As it was written: `s`, `ms`, `%`, `B`, `MiB`, `c` (a counter), or empty. */
  unit: string;
  /** Thresholds as ranges: see {@link parseRange}. */
  warn?: string;
  crit?: string;
  min?: number;
  max?: number;
}

/** A plugin's output, its words apart from its numbers. */
export interface PluginOutput {
  text: string;
  perf: Perf[];
}

/** A quoted label with its value, a plain one with its value, or a word that is neither. */
const WORDS = /'((?:[^'\n]|'')*)'=(\S*)|([^\s'=][^\s=]*)=(\S*)|\S+/g;
/** A number or U, and its unit, which holds no digits, semicolons or quotes. */
const VALUE = /^(?:(U)|([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([^\d;'"=]*))$/i;

/**
 * The numbers in what a plugin prints after its bar: `'label'=value[unit];[warn];[crit];[min];[max]`, with spaces between.
 * What is none is skipped, and so is a threshold or a bound that cannot be read.
 * Source: Monitoring Plugins Development Guidelines, "Performance data".
 */
export function parsePerfdata(text: string): Perf[] {
  return readWords(text).perf;
}

/**
 * Splits a plugin's whole output. Numbers stand after the first bar of a line, and, once a line below the first one had
 * such a bar, on lines of their own. Where something else follows a bar, somebody's ordinary text, the text stays whole.
 * Source: Monitoring Plugins Development Guidelines, "Plugin Output"; Nagios Plugin API, "Plugin Output Spec".
 */
export function splitOutput(output: string): PluginOutput {
  const texts: string[] = [];
  const perf: Perf[] = [];
  let perfBegan = false;
  for (const [index, line] of output.split(/\r?\n/).entries()) {
    const bar = line.indexOf('|');
    const isWhole = perfBegan && bar < 0 && line.trim() !== '';
    const found = bar >= 0 || isWhole ? perfIn(line.slice(bar + 1)) : undefined;
    if (!found) {
      texts.push(line);
      continue;
    }
    if (!isWhole) texts.push(line.slice(0, bar).trimEnd());
    perf.push(...found);
    perfBegan ||= index > 0;
  }
  return { text: texts.join('\n').trimEnd(), perf };
}

/** Writes numbers as a plugin prints them after its bar. In a label, `=` and line breaks, which cannot be said, become `_`. */
export function formatPerfdata(perf: readonly Perf[]): string {
  return perf.map(formatOne).join(' ');
}

function formatOne({ label, value, unit, warn, crit, min, max }: Perf): string {
  const fields = [`${value ?? 'U'}${value === null ? '' : unit}`, warn, crit, min, max];
  return `${formatLabel(label)}=${fields.map((field) => field ?? '').join(';')}`.replace(/;+$/, '');
}

function formatLabel(label: string): string {
  const text = label.replace(/[=\r\n]/g, '_');
  return /^[^\s'|]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

/** What stands after a bar, when at least half of its words are numbers; undefined for ordinary text. */
function perfIn(text: string): Perf[] | undefined {
  const { perf, skipped } = readWords(text);
  return perf.length >= skipped ? perf : undefined;
}

function readWords(text: string): { perf: Perf[]; skipped: number } {
  const perf: Perf[] = [];
  let skipped = 0;
  for (const [, quoted, quotedValue, plain, plainValue] of text.matchAll(WORDS)) {
    const label = quoted?.replaceAll("''", "'") ?? plain;
    const one = label ? readOne(label, quotedValue ?? plainValue ?? '') : undefined;
    if (one) perf.push(one);
    else skipped++;
  }
  return { perf, skipped };
}

function readOne(label: string, text: string): Perf | undefined {
  const [amount = '', warn = '', crit = '', least = '', most = ''] = text.split(';');
  const [, isUnknown, digits = '', unit = ''] = VALUE.exec(amount) ?? [];
  const value = isUnknown ? null : parseDecimal(digits);
  if (value === undefined) return undefined;
  const min = parseDecimal(least);
  const max = parseDecimal(most);
  return {
    label,
    value,
    unit,
    ...(parseRange(warn) && { warn }),
    ...(parseRange(crit) && { crit }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  };
}
