import { run, Strays } from '@overc/command';
import { withOwnProgram } from '../self.ts';
import type { PluginSpec } from '../sources/spec.ts';
import { MOST_OUTPUT_BYTES, type Reading, readingOf } from './reading.ts';

/** What tells us about the service manager, and is none of a plugin's business. Source: sd_notify(3). */
const OWN_VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'];

const strays = new Strays();

/** Kills what plugins left running in sessions of their own. It happens by itself within seconds, and is to be done at the end. */
export function sweepStrays(): void {
  strays.sweep();
}

/** Runs a plugin once; a command that begins with `overcli` is this program itself. Undefined when `signal` cut it short: what it would have said is not known. Never rejects. */
export async function runPlugin(spec: PluginSpec, signal: AbortSignal): Promise<Reading | undefined> {
  const { argv, cwd, timeoutMs, nice, user } = spec;
  const result = await run({
    argv: withOwnProgram(argv),
    cwd,
    env: environmentOf(spec),
    timeoutMs,
    maxOutputBytes: MOST_OUTPUT_BYTES,
    signal,
    nice,
    strays,
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  return result.ending.kind === 'aborted' ? undefined : readingOf(spec, result);
}

/** Taken once, since asking for it costs more than all else about a run but its start. */
const INHERITED = { ...process.env };
for (const name of OWN_VARIABLES) delete INHERITED[name];

function environmentOf({ user, env }: PluginSpec): NodeJS.ProcessEnv {
  const whose = user ? { USER: user.name, LOGNAME: user.name, HOME: user.home } : {};
  return { ...INHERITED, ...whose, ...env };
}
