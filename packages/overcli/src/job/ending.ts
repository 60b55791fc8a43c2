/** How a job came to its end. */
export type Ending =
  | { kind: 'exit'; code: number }
  | { kind: 'signal'; signal: NodeJS.Signals }
  | { kind: 'not-started'; code: number; reason: string };

/** What shells say of a program that is not there, and of one that they cannot run. Source: POSIX, "Exit Status for Commands". */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

const START_ERRORS: Record<string, string> = {
  ENOENT: 'no such program',
  ENOTDIR: 'no such program',
  EACCES: 'it is not executable (chmod +x)',
  EISDIR: 'it is a folder',
  ENOEXEC: 'it is not a program',
  E2BIG: 'too many arguments',
  EAGAIN: 'too many processes',
  ENOMEM: 'no memory',
};

export function endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
  return signal ? { kind: 'signal', signal } : { kind: 'exit', code: code ?? 0 };
}

export function notStarted([program = '']: string[], { code = '', message }: NodeJS.ErrnoException): Ending {
  const reason = `Cannot run ${program}: ${START_ERRORS[code] ?? message}`;
  return { kind: 'not-started', code: code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE, reason };
}
