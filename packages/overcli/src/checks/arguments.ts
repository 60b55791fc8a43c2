import { parseArgs } from 'node:util';
import { duration, readValue, SettingsError } from '@overc/protocol';
import { UsageError } from '../errors.ts';
import type { Check, CheckOption, CheckOptions, Switch } from './check.ts';

/** What every check has. */
export const COMMON_OPTIONS = {
  timeout: {
    read: duration(1, 86_400_000),
    value: 'DURATION',
    short: 't',
    help: 'When to give up.',
    example: '30s',
    fallback: '10s',
  },
  help: { short: 'h', help: 'Show this help.' },
} satisfies CheckOptions;

export type Given = Record<string, unknown>;

/** Reads the words after a check's name. Throws UsageError that names the option and what would be right. */
export function readArguments(check: Check, words: string[]): Given {
  const options: CheckOptions = { ...check.options, ...COMMON_OPTIONS };
  const { values, positionals } = takeApart(options, words);
  if (values.help) return { help: true };
  const operand = Object.keys(options).find((name) => (options[name] as CheckOption<unknown>).operand);
  const given: Given = {};
  for (const [name, option] of Object.entries(options)) {
    const texts = [values[name] ?? [], name === operand ? positionals : []].flat();
    given[name] = isSwitch(option) ? values[name] === true : readOption(name, option, texts as string[]);
  }
  const extra = operand === undefined ? positionals[0] : undefined;
  if (extra !== undefined) throw new UsageError(`${JSON.stringify(extra)} is one argument too many`);
  return given;
}

export function isSwitch(option: CheckOption<unknown> | Switch): option is Switch {
  return option.read === undefined;
}

function takeApart(options: CheckOptions, words: string[]) {
  const config = Object.entries(options).map(([name, option]) => {
    const { short } = option;
    const type = isSwitch(option) ? ('boolean' as const) : ('string' as const);
    return [name, { type, multiple: type === 'string', ...(short !== undefined && { short }) }] as const;
  });
  try {
    return parseArgs({ args: words, options: Object.fromEntries(config), allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    const advice = / ambiguous/.test(message) ? ' (a value that begins with - is written --option=-5)' : '';
    throw new UsageError(message.split(/[.\n]/, 1)[0] + advice);
  }
}

function readOption(name: string, option: CheckOption<unknown>, texts: string[]): unknown {
  const read = (text: string) => readOne(name, option, text);
  if (option.required && texts.length === 0)
    throw new UsageError(`${nameOf(name, option)} is missing (for example ${option.example})`);
  if (option.many) return texts.map(read);
  if (option.operand && texts.length > 1)
    throw new UsageError(`${JSON.stringify(texts[1])} is one argument too many`);
  const text = texts.at(-1) ?? option.fallback;
  return text === undefined ? undefined : read(text);
}

function readOne(name: string, option: CheckOption<unknown>, text: string): unknown {
  try {
    return readValue(nameOf(name, option), option, text);
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message);
    throw error;
  }
}

/** What an error calls an option. */
function nameOf(name: string, { operand, value }: CheckOption<unknown>): string {
  return operand ? value : `--${name}`;
}
