import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Ending } from './ending.ts';
import { forbidDump } from './limits.ts';

/** Those that dump core, unless caught. Source: signal(7). */
const DUMPING = new Set<NodeJS.Signals>([
  ...(['SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS'] as const),
  ...(['SIGFPE', 'SIGSEGV', 'SIGXCPU', 'SIGXFSZ', 'SIGSYS'] as const),
]);
/** What a shell makes of an end by a signal. */
const SIGNAL_BASE = 128;

/**
 * Ends us as the job ended, so that whoever started us sees no difference: by the same signal, or with the exit code that
 * is answered. Nothing can be printed any more.
 */
export async function endAlike(ending: Ending): Promise<number> {
  if (ending.kind === 'signal') return endBy(ending.signal);
  leaveTerminal();
  return ending.code;
}

async function endBy(signal: NodeJS.Signals): Promise<number> {
  const isSafe = !DUMPING.has(signal) || (await forbidDump());
  leaveTerminal();
  if (isSafe) dieBy(signal);
  return SIGNAL_BASE + constants.signals[signal];
}

/** At its exit Node puts a terminal's settings back to what they were at its start; the job may have changed them for good (stty). */
function leaveTerminal(): void {
  for (const fd of [0, 1, 2]) if (isatty(fd)) closeSync(fd);
}

function dieBy(signal: NodeJS.Signals): void {
  try {
    // Node ignores some, such as SIGPIPE; a listener that goes leaves the default behind.
    process.on(signal, () => {});
    process.removeAllListeners(signal);
  } catch {
    // SIGKILL has no listeners
  }
  process.kill(process.pid, signal);
}
