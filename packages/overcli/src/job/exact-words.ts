import { readFileSync } from 'node:fs';
import { isHangupIgnored } from './ignored.ts';

/** What a shell takes for the name of a variable. */
const NAME = /^[a-z_][a-z0-9_]*$/i;
const FIRST_PLAIN = 0x20;
const LAST_PLAIN = 0x7e;
/** What printf and single quotes take for something else: `'`, `\` and `%`. */
const SPECIAL = new Set([0x27, 0x5c, 0x25]);

/** What has a command, and all that it starts, ignore SIGHUP. */
const DEAF = `trap '' HUP`;

/**
 * The command line to start for `argv`, the last words of our own. Where Node has lost something on the way, a shell puts it
 * back and gives way to the command: that SIGHUP is ignored, and words and variables that are not UTF-8, as in a file's
 * name of old.
 */
export function exactWords(argv: string[]): string[] {
  const deaf = isHangupIgnored() ? [DEAF] : [];
  const words = read('/proc/self/cmdline').slice(-argv.length);
  const variables = read('/proc/self/environ').filter((variable) => !isText(variable));
  const isExact = words.length < argv.length || (variables.length === 0 && words.every(isText));
  if (isExact) return deaf.length === 0 ? argv : ['sh', '-c', `${DEAF}; exec "$@"`, 'sh', ...argv];

  const exported = variables.flatMap((variable) => exportOf(variable) ?? []);
  const set = words.map((word, index) => `w${index}=${quoted(word)}`);
  const exec = `exec ${words.map((_, index) => `"\${w${index}%.}"`).join(' ')}`;
  return ['sh', '-c', [...deaf, ...exported, ...set, exec].join('\n')];
}

function exportOf(variable: Buffer): string | undefined {
  const end = variable.indexOf('=');
  const name = variable.toString('latin1', 0, end);
  return NAME.test(name)
    ? `${name}=${quoted(variable.subarray(end + 1))} ${name}=\${${name}%.}; export ${name}`
    : undefined;
}

/** A shell's word for some bytes and a dot, which keeps the line breaks before it from being left out. */
function quoted(bytes: Buffer): string {
  const printed = [...bytes].map((byte) => {
    const isPlain = byte >= FIRST_PLAIN && byte <= LAST_PLAIN && !SPECIAL.has(byte);
    return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `$(printf '${printed.join('')}.')`;
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8')).equals(bytes);
}

/** A file of texts that each end with a NUL; nothing where it is not there. Source: proc(5). */
function read(file: string): Buffer[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return [];
  }
  const texts: Buffer[] = [];
  for (let from = 0, to = bytes.indexOf(0); to >= 0; from = to + 1, to = bytes.indexOf(0, from))
    texts.push(bytes.subarray(from, to));
  return texts;
}
