import { run } from '@overc/command';
import type { Report } from '@overc/protocol';
import type { PluginSpec } from '../sources/ini.ts';
import { MOST_OUTPUT_BYTES, readingOf } from './reading.ts';

/** Runs a plugin once. Undefined when `signal` cut it short: what it would have said is not known. Never rejects. */
export async function runPlugin(spec: PluginSpec, signal: AbortSignal): Promise<Report | undefined> {
  const { argv, cwd, timeoutMs } = spec;
  const result = await run({ argv, cwd, timeoutMs, maxOutputBytes: MOST_OUTPUT_BYTES, signal });
  return result.ending.kind === 'aborted' ? undefined : readingOf(spec, result);
}
