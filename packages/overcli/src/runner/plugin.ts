import { run } from '@overc/command';
import type { Report } from '@overc/protocol';
import { withOwnProgram } from '../self.ts';
import type { PluginSpec } from '../sources/ini.ts';
import { MOST_OUTPUT_BYTES, readingOf } from './reading.ts';

/**
 * Runs a plugin once; a command that begins with `overcli` is this program itself. Undefined when `signal` cut it short: what it would have said is not known. Never rejects.
 */
export async function runPlugin(spec: PluginSpec, signal: AbortSignal): Promise<Report | undefined> {
  const { cwd, timeoutMs } = spec;
  const argv = withOwnProgram(spec.argv);
  const result = await run({ argv, cwd, timeoutMs, maxOutputBytes: MOST_OUTPUT_BYTES, signal });
  return result.ending.kind === 'aborted' ? undefined : readingOf(spec, result);
}
