import { type ChildProcess, spawn } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { Capture } from './capture.ts';
import type { Marked, Strays } from './strays.ts';

/** A process group that ignores SIGTERM for this long is killed. */
const KILL_AFTER_MS = 1000;
/** How long a pipe may stay open after its process ended, held by a child that left the process group. */
const PIPE_PATIENCE_MS = 500;
/** setTimeout takes no more than 2³¹ − 1 ms, 24 days, and fires at once for more; nothing here waits longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Source: setpriority(2). */
const LOWEST_PRIORITY = 19;

export interface RunOptions {
  /** Program and arguments. */
  argv: string[];
  /** Folder to run it in; a relative program is found from here. */
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Text for its standard input; none means an empty one. */
  input?: string;
  timeoutMs: number;
  /** How much of each output is kept; the rest is read and dropped, so that the program never blocks on it. */
  maxOutputBytes: number;
  /** Whom to run as, when not as ourselves; for root alone. */
  uid?: number;
  gid?: number;
  /** How far its priority is lowered, 0 to 19. */
  nice?: number;
  /** Finds what left the process group and is still there after the end. */
  strays?: Strays;
  /** Ends the run early, as a timeout would. */
  signal?: AbortSignal;
}

/** A program with both outputs on pipes, and its input too when there is something to read. */
type Child = ChildProcess & { stdin: Writable | null; stdout: Readable; stderr: Readable };

export type Ending =
  | { kind: 'exit'; code: number }
  | { kind: 'signal'; signal: NodeJS.Signals }
  | { kind: 'timeout' }
  | { kind: 'aborted' }
  | { kind: 'not-started'; reason: string };

export interface RunResult {
  ending: Ending;
  stdout: string;
  stderr: string;
  /** Whether more was printed than was kept. */
  truncated: boolean;
  /** Milliseconds from start to end, by the monotonic clock. */
  durationMs: number;
}

/**
 * Runs a program in a process group of its own and waits for its end. The group ends with its leader:
 * at the timeout it gets SIGTERM, then SIGKILL, and what the leader left running when it exits is killed.
 * Never rejects: a program that cannot be started is an ending like the others.
 */
export function run(options: RunOptions): Promise<RunResult> {
  const startedAt = performance.now();
  const stdout = new Capture(options.maxOutputBytes);
  const stderr = new Capture(options.maxOutputBytes);
  const result = (ending: Ending): RunResult => ({
    ending,
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.truncated || stderr.truncated,
    durationMs: performance.now() - startedAt,
  });

  let child: Child;
  const marked = options.strays?.mark();
  try {
    child = start(options, marked);
  } catch (error) {
    marked?.end(false);
    return Promise.resolve(result(notStarted(options, error as NodeJS.ErrnoException)));
  }
  // Without a process there may be no pipes either (EMFILE), so nothing below may touch them.
  if (child.pid === undefined) {
    return new Promise((resolve) => {
      child.once('error', (error) => {
        marked?.end(false);
        resolve(result(notStarted(options, error)));
      });
    });
  }
  lowerPriority(child.pid, options.nice);
  child.stdout.on('data', (chunk: Buffer) => stdout.add(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
  child.stdin?.on('error', () => {}); // it may end without reading its input
  child.stdin?.end(options.input);

  return new Promise((resolve) => {
    let cutShort: Ending | undefined;
    const timers = new Set<NodeJS.Timeout>();
    const later = (ms: number, action: () => void) =>
      timers.add(setTimeout(action, Math.min(ms, LONGEST_TIMER_MS)));
    const cut = (ending: Ending) => {
      if (cutShort) return;
      cutShort = ending;
      killGroup(child, 'SIGTERM');
      later(KILL_AFTER_MS, () => killGroup(child, 'SIGKILL'));
    };
    const abort = () => cut({ kind: 'aborted' });
    const finish = (ending: Ending) => {
      for (const timer of timers) clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      marked?.end(ending.kind !== 'exit');
      resolve(result(ending));
    };

    later(options.timeoutMs, () => cut({ kind: 'timeout' }));
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener('abort', abort);

    child.once('exit', () => {
      killGroup(child, 'SIGKILL');
      later(PIPE_PATIENCE_MS, () => {
        child.stdout.destroy();
        child.stderr.destroy();
      });
    });
    child.once('close', (code, signal) => {
      finish(cutShort ?? endingOf(code, signal));
    });
  });
}

function start({ argv, cwd, env, uid, gid, input }: RunOptions, marked?: Marked): Child {
  const [program, ...args] = argv as [string, ...string[]];
  return spawn(program, args, {
    cwd,
    env: { ...(env ?? process.env), ...marked?.env },
    detached: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  }) as Child;
}

/** It has just begun, and its number stays its own until we have heard of its end, so this meets no other process. */
function lowerPriority(pid: number, nice = 0): void {
  if (nice === 0) return;
  try {
    setPriority(pid, Math.min(getPriority() + nice, LOWEST_PRIORITY));
  } catch {
    // it is over already, or another's: then it runs as it is
  }
}

function killGroup(child: Child, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // the group is gone already
  }
}

function endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
  if (signal) return { kind: 'signal', signal };
  return { kind: 'exit', code: code ?? 0 };
}

const START_ERRORS: Record<string, string> = {
  ENOENT: 'no such program or folder',
  EACCES: 'not executable (chmod +x)',
  ENOEXEC: 'not a program; a script needs a first line such as #!/bin/sh',
  EMFILE: 'too many open files',
  EAGAIN: 'too many processes',
  E2BIG: 'too many arguments',
};

function notStarted({ argv, cwd }: RunOptions, error: NodeJS.ErrnoException): Ending {
  const why = START_ERRORS[error.code ?? ''] ?? error.message;
  return { kind: 'not-started', reason: `Cannot start ${argv[0]} in ${cwd}: ${why}` };
}
