import type { PluginSpec, Timing } from '../src/sources/spec.ts';

/** A plugin as the settings describe it when they say nothing more than a period in ms, or when it runs. */
export function specOf(
  service: string,
  timing: number | Timing,
  changes: Partial<PluginSpec> = {},
): PluginSpec {
  const periodMs = typeof timing === 'number' ? timing : 60_000;
  return {
    service,
    argv: ['true'],
    cwd: '/',
    timing: typeof timing === 'number' ? { kind: 'period', periodMs } : timing,
    timeoutMs: periodMs,
    retries: 0,
    retryPauseMs: Math.min(10_000, periodMs / 10),
    jitterMs: 0,
    nice: 5,
    env: {},
    ...changes,
  };
}
