import { asShellGetsIt } from './crontab.ts';

/** Words of the shell in front of a command. */
const KEYWORDS = /^([({!]+|if|then|else|elif|while|until|do)$/;
/** Programs that only prepare for another one, in the same line, and words of the shell behind it. */
const PREPARATIONS = /^(\.|:|\[|\[\[|cd|test|export|set|source|umask|sleep|true|mkdir|fi|done|esac|[)}]+)$/;
/** Programs that run another one, which stands behind their options; and which of these a value follows. */
const WRAPPERS: [RegExp, string?][] = [
  [/^(sudo|doas)$/, 'ugpC'],
  [/^(su|runuser)$/, 's'],
  [/^nice$/, 'n'],
  [/^ionice$/, 'cnp'],
  [/^timeout$/, 'ks'],
  [/^flock$/, 'wE'],
  [/^systemd-cat$/, 'tp'],
  [/^(chrt|taskset|env|nohup|time|chronic|cronic|exec|command|setsid|xvfb-run|busybox)$/],
  [/^(bash|sh|dash|ksh|zsh|python[\d.]*|perl|ruby|php[\d.]*|node|java)$/],
];
const SCRIPT_ENDING = /\.(sh|bash|py|pl|rb|php|js|mjs|cjs|jar|bin|exe)$/i;
const MOST_LENGTH = 60;
/** The program and its first arguments. */
const MOST_WORDS = 3;

/** A name for each of some commands: short, readable, and none twice nor one of `taken`. */
export function nameAll(commands: string[], taken: Set<string>): string[] {
  const candidates = commands.map(candidatesOf);
  const given = new Set(taken);
  return candidates.map((own, index) => {
    const isFree = (name: string) =>
      !given.has(name) && candidates.every((others, at) => at === index || !others.includes(name));
    const name = own.find(isFree) ?? numbered(own.at(-1) as string, given);
    given.add(name);
    return name;
  });
}

function numbered(name: string, given: Set<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!given.has(candidate)) return candidate;
  }
}

/** The program alone, and with its first arguments, the shortest first. */
function candidatesOf(command: string): string[] {
  const words = wordsOfInterest(asShellGetsIt(command));
  const names = words.map((_, index) => words.slice(0, index + 1).join('-'));
  return names.length === 0 ? ['job'] : names;
}

/** The words of the first part of the line that does something, less options and whatever wraps it. */
function wordsOfInterest(command: string): string[] {
  const parts = command
    .split(/&&|\|\||[;|]/)
    .map((part) => unwrapped(wordsOf(part)))
    .filter((words) => words.length > 0);
  const words = parts.find(([program = '']) => !PREPARATIONS.test(program)) ?? parts[0] ?? [];
  return words.map(plainName).filter(Boolean).slice(0, MOST_WORDS);
}

function wordsOf(part: string): string[] {
  const beforeRedirect = part.replace(/(^|\s)\d*[<>].*$/s, '');
  const words = beforeRedirect.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/["']/g, ''));
}

/** Drops keywords, assignments, wrappers with their options and numbers, and the options of what is left. */
function unwrapped(words: string[]): string[] {
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word) && !KEYWORDS.test(word));
  if (start < 0) return [];
  const [program, ...rest] = words.slice(start) as [string, ...string[]];
  const name = program.split('/').at(-1) ?? '';
  const wrapper = WRAPPERS.find(([pattern]) => pattern.test(name));
  const operands = withoutOptions(rest, wrapper?.[1] ?? '');
  if (!wrapper || operands.length === 0) return [program, ...operands];
  return unwrapped(name === 'flock' ? operands.slice(1) : operands.flatMap((word) => word.split(/\s+/)));
}

function withoutOptions(words: string[], withValue: string): string[] {
  const isValue = (index: number) => {
    const [, letter] = /^-(.)$/.exec(words[index - 1] ?? '') ?? [];
    return letter !== undefined && withValue.includes(letter);
  };
  return words.filter((word, index) => !/^-|^[\d.]+[smhd]?$|&/.test(word) && !isValue(index));
}

/** The last part of a path, less what says which language it is in, with letters that need no quotes anywhere. */
function plainName(word: string): string {
  const last = word.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return last
    .replace(SCRIPT_ENDING, '')
    .replace(/[^\p{L}\p{N}._@-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, MOST_LENGTH);
}
