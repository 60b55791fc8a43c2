import { parseDuration } from './duration.ts';
import { SettingsError } from './errors.ts';
import { MAX_NAME_LENGTH } from './fields.ts';
import type { IniSection } from './ini.ts';

/** Reads one option's text. Throws an Error that says what would be right, such as `must be a whole number`. */
export type ReadValue<T> = (text: string) => T;

/** One option of a settings file: how it is read, and how the reference describes it. */
export interface Option<T> {
  read: ReadValue<T>;
  help: string;
  example: string;
  /** What holds when it is left out, as one would write it. */
  fallback?: string;
  /** Its value is not repeated in an error. */
  secret?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: any option fits here; its own type comes back out of Values.
export type Options = Record<string, Option<any>>;
export type Values<O extends Options> = { [K in keyof O]?: O[K] extends Option<infer T> ? T : never };

/** Reads a section by its options' descriptions. Throws SettingsError that names section, option and remedy. */
export function readSection<O extends Options>(section: IniSection, options: O): Values<O> {
  const values: Record<string, unknown> = {};
  for (const [name, text] of section.options) {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) {
      const known = Object.keys(options).join(', ');
      throw new SettingsError(`[${section.name}] ${name}: unknown option; known here are ${known}`);
    }
    values[name] = readValue(`[${section.name}] ${name}`, option, text);
  }
  return values as Values<O>;
}

/** Reads one value from wherever it came; `place` is what an error calls it. Throws SettingsError. */
export function readValue<T>(place: string, option: Option<T>, text: string): T {
  try {
    return option.read(text);
  } catch (error) {
    const shown = option.secret ? 'the value' : JSON.stringify(text);
    throw new SettingsError(`${place}: ${shown} ${(error as Error).message} (for example ${option.example})`);
  }
}

/** Any text but the empty one. */
export function text(value: string): string {
  if (value === '') throw new Error('must not be empty');
  return value;
}

/** A server's or service's name, or a key: 1 to 255 characters. */
export function nameText(value: string): string {
  if ([...text(value)].length > MAX_NAME_LENGTH)
    throw new Error(`must have at most ${MAX_NAME_LENGTH} characters`);
  return value;
}

/** One of a few words. */
export function oneOf<W extends string>(...words: W[]): ReadValue<W> {
  return (value) => {
    if (!words.includes(value as W)) throw new Error(`must be one of ${words.join(', ')}`);
    return value as W;
  };
}

/** A duration of at least `leastMs`, in milliseconds. */
export function duration(leastMs: number, mostMs = Number.MAX_SAFE_INTEGER): ReadValue<number> {
  return (value) => {
    const ms = parseDuration(value);
    if (ms === undefined) throw new Error('must be a duration: a number and s, m, h, d, w or y');
    if (ms < leastMs) throw new Error(`must be at least ${leastMs / 1000}s`);
    if (ms > mostMs) throw new Error(`must be at most ${mostMs / 1000}s`);
    return ms;
  };
}

/** A whole number between two bounds. */
export function wholeNumber(least: number, most: number): ReadValue<number> {
  return (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most))
      throw new Error(`must be a whole number from ${least} to ${most}`);
    return number;
  };
}

/** An http or https address; its path comes back with a slash at the end, so that paths can be added to it. */
export function httpUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new Error('must be an address with http:// or https://');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
