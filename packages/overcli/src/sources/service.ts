import {
  type IniSection,
  nameText,
  type Option,
  readSection,
  readValue,
  SettingsError,
  type Values,
} from '@overc/protocol';
import { SERVICE_OPTIONS } from './options.ts';
import type { PluginSpec, Timing } from './spec.ts';

export const SERVICE_PREFIX = 'service:';
const ENV_PREFIX = 'env.';

/** How long a plugin may run that has no period. */
const CRON_TIMEOUT_MS = 60_000;
const LONGEST_RETRY_PAUSE_MS = 10_000;
const RETRY_PAUSE_SHARE = 0.1;
/** A third of the weight of what runs at 0. Source: the weights of sched(7). */
const NICE = 5;

/** What a section says, read and not yet completed. */
export interface ServiceValues {
  options: Values<typeof SERVICE_OPTIONS>;
  env: Record<string, string>;
}

export const NO_DEFAULTS: ServiceValues = { options: {}, env: {} };

/** Reads `[defaults]`, over those that hold already. Throws SettingsError. */
export function readDefaults(section: IniSection | undefined, before: ServiceValues): ServiceValues {
  if (!section) return before;
  for (const name of ['command', 'title'])
    if (section.options.has(name))
      throw new SettingsError(`[defaults] ${name}: belongs to one service; put it into its own section`);
  return merge(before, readValues(section));
}

/** Reads `[service:<name>]` over the defaults; its command will run in `cwd`. Throws SettingsError. */
export function readService(section: IniSection, defaults: ServiceValues, cwd: string): PluginSpec {
  const service = readServiceName(section.name);
  const own = readValues(section);
  const { options, env } = merge(defaults, own);
  const { command, retry, jitter, grace, title, user, nice } = options;
  if (command === undefined) throw missing(section, 'command', SERVICE_OPTIONS.command);
  const timing = timingOf(section, options);
  if (own.options.timezone !== undefined && timing.kind === 'period')
    throw new SettingsError(`[${section.name}] timezone: is only for cron; leave it out`);
  const periodMs = timing.kind === 'period' ? timing.periodMs : undefined;
  return {
    service,
    argv: command,
    cwd,
    timing,
    timeoutMs: options.timeout ?? periodMs ?? CRON_TIMEOUT_MS,
    retries: retry ?? 0,
    retryPauseMs: options['retry-pause'] ?? retryPause(periodMs),
    jitterMs: jitter ?? 0,
    nice: nice ?? NICE,
    env,
    ...(grace !== undefined && { graceSeconds: Math.ceil(grace / 1000) }),
    ...(title !== undefined && { title }),
    ...(user !== undefined && { user }),
  };
}

function readServiceName(sectionName: string): string {
  const option: Option<string> = { read: nameText, help: '', example: '[service:disk]' };
  return readValue(`[${sectionName}]`, option, sectionName.slice(SERVICE_PREFIX.length).trim());
}

function readValues(section: IniSection): ServiceValues {
  const own = new Map<string, string>();
  const env: Record<string, string> = {};
  for (const [name, text] of section.options) {
    if (name.startsWith(ENV_PREFIX)) env[variableName(section, name)] = text;
    else own.set(name, text);
  }
  const options = readSection({ name: section.name, options: own }, SERVICE_OPTIONS);
  if (options.period !== undefined && options.cron !== undefined)
    throw new SettingsError(`[${section.name}] cron: stands beside period; keep one of them`);
  return { options, env };
}

/** Source: POSIX, Environment Variables. */
function variableName(section: IniSection, option: string): string {
  const name = option.slice(ENV_PREFIX.length);
  if (!/^[a-z_][a-z0-9_]*$/i.test(name))
    throw new SettingsError(
      `[${section.name}] ${option}: must name a variable with letters, digits and _ (for example env.LC_ALL)`,
    );
  return name;
}

/** What `own` says counts; a period of its own replaces a cron expression, and the other way round. */
function merge(defaults: ServiceValues, own: ServiceValues): ServiceValues {
  const { period, cron, ...rest } = defaults.options;
  const isTimed = own.options.period !== undefined || own.options.cron !== undefined;
  const timing = isTimed ? {} : { ...(period && { period }), ...(cron && { cron }) };
  return { options: { ...rest, ...timing, ...own.options }, env: { ...defaults.env, ...own.env } };
}

function timingOf(section: IniSection, { period, cron, timezone }: ServiceValues['options']): Timing {
  if (cron !== undefined) return { kind: 'cron', pattern: cron, ...(timezone !== undefined && { timezone }) };
  if (period !== undefined) return { kind: 'period', periodMs: period * 1000 };
  throw missing(section, 'period', SERVICE_OPTIONS.period);
}

function retryPause(periodMs = Number.POSITIVE_INFINITY): number {
  return Math.min(LONGEST_RETRY_PAUSE_MS, RETRY_PAUSE_SHARE * periodMs);
}

function missing(section: IniSection, name: string, { example }: Option<unknown>): SettingsError {
  return new SettingsError(`[${section.name}] ${name}: is missing; add ${name} = ${example}`);
}
