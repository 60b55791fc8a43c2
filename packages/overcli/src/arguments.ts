import yargs from 'yargs';
import { type Command, formOfCommand } from './command.ts';
import { UsageError } from './errors.ts';
import { CHECK, COMMON, EXIT_CODES, OPTIONS, type OptionName, type OptionValues } from './options.ts';

/** A command line taken apart, nothing in it judged yet. Every value is the text that was written. */
export interface Arguments {
  kind: 'call';
  /** The command and its operands. */
  words: string[];
  options: OptionValues;
  verbosity: number;
}

/** A text that was asked for instead: help or version. */
export type Answer = { kind: 'text'; text: string };

/**
 * Nothing is coerced: a service named 007 and an info of -1 or 0x10 are texts. What yargs does not know comes back
 * as a word, so that we can name it without repeating a value that may be a key.
 */
const PARSING = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'duplicate-arguments-array': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'populate--': true,
  'unknown-options-as-args': true,
};

const NAMES = Object.keys(OPTIONS) as OptionName[];

/** Takes `argv` apart. Throws UsageError at an option that does not exist. */
export async function parseArguments(
  argv: string[],
  commands: Record<string, Command>,
  version: string,
): Promise<Arguments | Answer> {
  const parsed: Record<string, unknown> = await parserOf(NAMES).parseAsync(expandShort(argv));
  const words = (parsed._ as unknown[]).map(String);
  if (parsed.version) return { kind: 'text', text: version };
  if (parsed.help) return { kind: 'text', text: await helpOf(words[0], commands) };

  refuseUnknown(words, Object.keys(parsed));
  refuseLoose(words, commands);
  const options = Object.fromEntries(
    NAMES.filter((name) => name !== 'verbose' && parsed[name] !== undefined).map((name) => [
      name,
      parsed[name],
    ]),
  );
  return {
    kind: 'call',
    words: [...words, ...((parsed['--'] as string[] | undefined) ?? [])],
    options,
    verbosity: parsed.verbose as number,
  };
}

const KNOWN = new Set<string>(
  Object.entries(OPTIONS).flatMap(([name, option]) => ('alias' in option ? [name, option.alias] : [name])),
);
const NO_OPTIONS = new Set(['_', '--', '$0']);

/** An unknown option comes back as a word, or, like --no-server, under a name of its own. */
function refuseUnknown(words: string[], names: string[]): void {
  const word = words.find((text) => /^--?[a-z]/i.test(text) && !/\s/.test(text));
  const name = names.find((key) => !KNOWN.has(key) && !NO_OPTIONS.has(key));
  const unknown = word === undefined ? name && `--${name}` : optionName(word);
  if (unknown) throw new UsageError(`unknown option ${unknown} (a text that begins with - goes after --)`);
}

/** Of a command line that is an operand, our options and its own would be mixed up. */
function refuseLoose([name = '', word]: string[], commands: Record<string, Command>): void {
  const operand = Object.hasOwn(commands, name) ? commands[name]?.operands.at(-1) : undefined;
  if (word !== undefined && operand?.endsWith('...'))
    throw new UsageError(`${operand} goes after --: overcli ${name} -- ${word}`);
}

/** yargs reads options and prints help; the commands are ours to call, as its own kind coerces and drops operands. */
function parserOf(names: OptionName[]) {
  const parser = yargs().scriptName('overcli').locale('en').exitProcess(false).help(false).version(false);
  for (const name of names) parser.option(name, OPTIONS[name]);
  return parser.parserConfiguration(PARSING).wrap(null);
}

/** The help of a command, or of all of them where none is named. */
function helpOf(name: string | undefined, commands: Record<string, Command>): Promise<string> {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  const parser = command ? parserOf(optionsOf(command)) : parserOf(COMMON);
  parser.usage(
    command ? `overcli ${formOfCommand(name as string, command)}\n\n${command.summary}` : usage(commands),
  );
  for (const { example } of command ? [command] : Object.values(commands))
    parser.example(`overcli ${example}`, '');
  return parser.epilogue(command?.exitCodes ?? EXIT_CODES).getHelp();
}

/** The options that a command takes, its own first. */
function optionsOf({ options = [] }: Command): OptionName[] {
  return [...options, ...COMMON];
}

function usage(commands: Record<string, Command>): string {
  const lines = Object.entries(commands).map(
    ([name, command]) => `  ${formOfCommand(name, command)}\n      ${command.summary}`,
  );
  const check = `  check ${CHECK.form}\n      ${CHECK.summary}`;
  return `overcli -s URL -i NAME:KEY COMMAND [ARGUMENTS]\n\nCommands:\n${[...lines, check].join('\n')}`;
}

/** Turns `-iNAME:KEY` and `-i=NAME:KEY` into the long form; yargs takes the first for a row of short options. */
function expandShort(argv: string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, index) => {
    const [, letter, value] = (end >= 0 && index > end ? null : /^-([sic])=?(.+)$/s.exec(word)) ?? [];
    const name = NAMES.find((known) => 'alias' in OPTIONS[known] && OPTIONS[known].alias === letter);
    return name === undefined ? word : `--${name}=${value}`;
  });
}

/** The name alone: what follows it may be a key. */
function optionName(word: string): string {
  return /^--[a-z0-9-]+/i.exec(word)?.[0] ?? word.slice(0, 2);
}
