import { closeSync, openSync, readSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { mayWe } from '../../runner/access.ts';

/** Where cron looks for programs unless the crontab says otherwise: crontab(5). */
export const CRON_PATH = '/usr/bin:/bin';
export const CRON_SHELL = '/bin/sh';

/** Those in which 'a'\\''b' is a'b and \\ stands for itself in quotes. */
const POSIX_SHELL = /^(?:.*\/)?(?:sh|ash|bash|dash|ksh|ksh93|mksh|yash|zsh|rbash)$/;
/** Words that mean the same to every shell and to none of them more than themselves. */
const PLAIN_WORDS = /^[\w@+:,./-][\w@+:,./=-]*(?:[ \t]+[\w@+:,./-][\w@+:,./=-]*)*[ \t]*$/;
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;
/** What shells do themselves although there are programs of these names. */
const BUILTIN =
  /^(?:alias|bg|cd|command|echo|false|fc|fg|getopts|hash|jobs|kill|printf|pwd|read|test|time|true|type|ulimit|umask|unalias|wait)$/;
const SCRIPT = '#!';
const ELF = '\x7fEL';
/** Scripts that look for their interpreter themselves. */
const BY_ENV = /^#!\s*\/usr\/bin\/env\s+(\S+)/;

export function isPosixShell(shell: string): boolean {
  return POSIX_SHELL.test(shell);
}

/** One word to a POSIX shell in a crontab, where a bare % ends the command. */
export function cronWord(text: string): string {
  return /^[\w@+:,./=-]+$/.test(text) ? text : quoted(text).replaceAll('%', '\\%');
}

/**
 * One word to a POSIX shell, whatever is in it. Of a crontab's command its backslashes stay: cron takes from them what it took
 * before, since what comes in for a quote begins with a quote and leaves no backslash open.
 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Whether a command does without a shell what it does with one: plain words, of which the first is a program that needs none.
 * A script without a first line for its interpreter runs by the shell alone.
 */
export function needsNoShell(command: string, path: string): boolean {
  const [program = ''] = command.split(/[ \t]/, 1);
  if (!PLAIN_WORDS.test(command) || ASSIGNMENT.test(program) || BUILTIN.test(program)) return false;
  const file = findProgram(program, path);
  const start = file === undefined ? '' : beginningOf(file);
  return start.startsWith(SCRIPT) || start.startsWith(ELF);
}

/** Whether the shell finds `name` in `path`, and what it needs to run. */
export function canRun(name: string, path: string): boolean {
  const file = findProgram(name, path);
  if (file === undefined) return false;
  const [, interpreter] = BY_ENV.exec(beginningOf(file)) ?? [];
  return interpreter === undefined || findProgram(interpreter, path) !== undefined;
}

function findProgram(name: string, path: string): string | undefined {
  if (name.includes('/')) return isAbsolute(name) && mayWe('x', name) ? name : undefined;
  return path
    .split(':')
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find((file) => mayWe('x', file));
}

/** As much of a file as shows what it is; nothing of one that cannot be read. */
function beginningOf(file: string): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(128);
      return bytes.toString('latin1', 0, readSync(handle, bytes));
    } finally {
      closeSync(handle);
    }
  } catch {
    return '';
  }
}
