import { systemClock } from './clock.ts';
import type { StopReason } from './command.ts';
import { findTerminal, isControlled } from './terminal.ts';

// Who reads our output may go away; a monitor goes on without.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// No top-level await: the single executable is a CommonJS script.
main(process.argv.slice(2)).then((code) => process.exit(code));

/** A check is a program of its own, run often: it loads nothing that it does not need. */
async function main(argv: string[]): Promise<number> {
  const out = (text: string) => process.stdout.write(text);
  if (argv[0] === 'check') return (await import('./commands/check.ts')).check(argv.slice(1), out);
  const { cli } = await import('./cli.ts');
  return cli(argv, {
    out,
    err: (text) => process.stderr.write(text),
    stdin: () => process.stdin,
    terminal: findTerminal(process),
    clock: systemClock,
    env: process.env,
    listenForStop,
  });
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
