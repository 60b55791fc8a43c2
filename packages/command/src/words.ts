import { quote, split } from 'shlex';

/**
 * The words of a command line, split as a POSIX shell would (quotes, backslashes), with nothing expanded and no shell run.
 * Throws an Error that says what would be right when a quote is left open or nothing is there to run.
 */
export function splitWords(command: string): string[] {
  let words: string[];
  try {
    words = split(command);
  } catch {
    throw new Error('must close every quote that it opens');
  }
  if (!words[0]) throw new Error('must name a program to run');
  if (command.includes('\0')) throw new Error('must not hold a NUL character');
  return words;
}

/** Words as one command line, which splitWords takes apart again. */
export function joinWords(words: string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(' ');
}
