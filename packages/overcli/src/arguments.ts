import yargs from 'yargs';
import type { Command } from './command.ts';
import { UsageError } from './errors.ts';

/** A command line taken apart, nothing in it judged yet. Every value is the text that was written. */
export interface Arguments {
  kind: 'call';
  /** The command and its operands. */
  words: string[];
  options: { server?: string; serverId?: string; service?: string; verbosity: number };
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

/** Takes `argv` apart. Throws UsageError at an option that does not exist. */
export async function parseArguments(
  argv: string[],
  commands: Record<string, Command>,
  version: string,
): Promise<Arguments | Answer> {
  let text = '';
  const parsed = await describe(commands, version).parseAsync(
    expandShort(argv),
    {},
    (_error, _argv, output) => {
      text = output;
    },
  );
  if (text !== '') return { kind: 'text', text };

  const words = parsed._.map(String);
  refuseUnknown(words, Object.keys(parsed));
  const { server, 'server-id': serverId, service, verbose } = parsed;
  return {
    kind: 'call',
    words: [...words, ...((parsed['--'] as string[] | undefined) ?? [])],
    options: {
      verbosity: verbose,
      ...(server !== undefined && { server }),
      ...(serverId !== undefined && { serverId }),
      ...(service !== undefined && { service }),
    },
  };
}

const KNOWN = new Set(['server', 's', 'server-id', 'i', 'service', 'verbose', 'v', 'help', 'h', 'version']);
const NO_OPTIONS = new Set(['_', '--', '$0']);

/** An unknown option comes back as a word, or, like --no-server, under a name of its own. */
function refuseUnknown(words: string[], names: string[]): void {
  const word = words.find((text) => /^--?[a-z]/i.test(text) && !/\s/.test(text));
  const name = names.find((key) => !KNOWN.has(key) && !NO_OPTIONS.has(key));
  const unknown = word === undefined ? name && `--${name}` : optionName(word);
  if (unknown) throw new UsageError(`unknown option ${unknown} (a text that begins with - goes after --)`);
}

/** yargs reads options and prints help; the commands are ours to call, as its own kind coerces and drops operands. */
function describe(commands: Record<string, Command>, version: string) {
  let parser = yargs()
    .scriptName('overcli')
    .locale('en')
    .exitProcess(false)
    .parserConfiguration(PARSING)
    .usage(usage(commands));
  for (const { example } of Object.values(commands)) parser = parser.example(`overcli ${example}`, '');
  return parser
    .option('server', { alias: 's', type: 'string', describe: "The collector's address, URL" })
    .option('server-id', { alias: 'i', type: 'string', describe: 'Who reports, and its key: NAME:KEY' })
    .option('service', { type: 'string', describe: 'For alert: the service that it is about' })
    .option('verbose', { alias: 'v', type: 'count', describe: 'Say what is done; -vv says how' })
    .alias('help', 'h')
    .version(version)
    .wrap(null)
    .epilogue('Exit codes: 0 done, 1 the collector or network refused, 2 used wrongly.');
}

function usage(commands: Record<string, Command>): string {
  const lines = Object.entries(commands).map(([name, command]) => {
    const option = command.takesService ? ' [--service NAME]' : '';
    return `  ${[name, ...command.operands].join(' ')}${option}\n      ${command.summary}`;
  });
  const check =
    '  check NAME [OPTIONS]\n      Check something of this machine or another, as a plugin does; alone it lists the checks';
  return `overcli -s URL -i NAME:KEY COMMAND [ARGUMENTS]\n\nCommands:\n${[...lines, check].join('\n')}`;
}

/** Turns `-iNAME:KEY` and `-i=NAME:KEY` into the long form; yargs takes the first for a row of short options. */
function expandShort(argv: string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, index) => {
    const match = end >= 0 && index > end ? null : /^-([si])=?(.+)$/s.exec(word);
    return match ? `--${match[1] === 's' ? 'server' : 'server-id'}=${match[2]}` : word;
  });
}

/** The name alone: what follows it may be a key. */
function optionName(word: string): string {
  return /^--[a-z0-9-]+/i.exec(word)?.[0] ?? word.slice(0, 2);
}
