import { systemClock } from './clock.ts';
import type { StopReason } from './command.ts';
import { findTerminal, isControlled } from './terminal.ts';

// The folder that we were started in may be gone. Libraries ask for it, and none of them needs it.
try {
  process.cwd();
} catch {
  process.cwd = () => '/';
}

// No top-level await: the single executable is a CommonJS script.
main(process.argv.slice(2)).then((code) => process.exit(code));

/** A check is a program of its own, run often: it loads nothing that it does not need. */
async function main(argv: string[]): Promise<number> {
  const out = (text: string) => write(process.stdout, text);
  if (argv[0] === 'check') return (await import('./commands/check.ts')).check(argv.slice(1), out);
  const { cli } = await import('./cli.ts');
  return cli(argv, {
    out,
    err: (text) => write(process.stderr, text),
    stdin: () => process.stdin,
    terminal: findTerminal(process),
    clock: systemClock,
    env: process.env,
    listenForStop,
  });
}

const written = new Set<NodeJS.WriteStream>();

/**
 * A stream of Node makes the pipe or socket behind it one that does not wait, for all who share it, so none is touched before
 * there is something to write: a job that is run has our outputs.
 */
function write(stream: NodeJS.WriteStream, text: string): void {
  // Who reads our output may go away; a monitor goes on without.
  if (!written.has(stream)) stream.on('error', () => {});
  written.add(stream);
  stream.write(text);
}

/** The first signal or uncaught error ends the program in order; a second one ends it at once, as by default. */
function listenForStop(reload: () => void): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: StopReason) => controller.abort(reason);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop({ kind: 'signal' }));
  const wasControlled = isControlled();
  process.on('SIGHUP', () => (wasControlled && !isControlled() ? stop({ kind: 'signal' }) : reload()));
  process.once('uncaughtException', (error) => stop({ kind: 'fault', error })); // rejections too, as Node turns them into these
  return controller.signal;
}
