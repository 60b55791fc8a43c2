import { cli } from './cli.ts';
import { systemClock } from './clock.ts';
import type { StopReason } from './command.ts';

// Who reads our output may go away; a monitor goes on without.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// No top-level await: the single executable is a CommonJS script.
cli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  clock: systemClock,
  listenForStop,
}).then((code) => process.exit(code));

/** The first signal or uncaught error ends the program in order; a second one ends it at once, as by default. */
function listenForStop(): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: StopReason) => controller.abort(reason);
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.once(name, () => stop({ kind: 'signal' }));
  process.once('uncaughtException', (error) => stop({ kind: 'fault', error })); // rejections too, as Node turns them into these
  return controller.signal;
}
