import { run } from '@overc/command';
import type { PluginSpec } from '../sources/spec.ts';
import { MOST_OUTPUT_BYTES, type Reading, readingOf } from './reading.ts';

/** What tells us about the service manager, and is none of a plugin's business. Source: sd_notify(3). */
const OWN_VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'];

/** Runs a plugin once. Undefined when `signal` cut it short: what it would have said is not known. Never rejects. */
export async function runPlugin(spec: PluginSpec, signal: AbortSignal): Promise<Reading | undefined> {
  const { argv, cwd, timeoutMs, nice, user } = spec;
  const result = await run({
    argv,
    cwd,
    env: environmentOf(spec),
    timeoutMs,
    maxOutputBytes: MOST_OUTPUT_BYTES,
    signal,
    nice,
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  return result.ending.kind === 'aborted' ? undefined : readingOf(spec, result);
}

function environmentOf({ user, env }: PluginSpec): NodeJS.ProcessEnv {
  const inherited = { ...process.env };
  for (const name of OWN_VARIABLES) delete inherited[name];
  const whose = user ? { USER: user.name, LOGNAME: user.name, HOME: user.home } : {};
  return { ...inherited, ...whose, ...env };
}
