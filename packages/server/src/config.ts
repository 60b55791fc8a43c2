import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  type IniSection,
  nameText,
  parseIni,
  readSection,
  readValue,
  SettingsError,
  type Values,
} from '@overc/protocol';
import { DAY_MS } from './clock.ts';
import type { LogLevel } from './log.ts';
import {
  ALERT_OPTIONS,
  type DatabaseUrl,
  OVERC_OPTIONS,
  PEER_OPTIONS,
  readListen,
  readSize,
  STATUS_OPTIONS,
  type StatusEntry,
  slugText,
} from './options.ts';

/** One `[alert:<name>]` section. */
export interface ChannelConfig {
  name: string;
  argv: string[];
  /** Folder in which the command runs. */
  cwd: string;
  timeoutMs: number;
  /** How long after the alert a failing delivery is tried again; 0 for a single attempt. */
  retryForMs: number;
}

/** One `[peer:<name>]` section: another collector that hears how this one fares. */
export interface PeerConfig {
  name: string;
  /** With a slash at the end. */
  url: string;
  key: string;
}

/** One `[status:<slug>]` section: a page for the public. */
export interface StatusConfig {
  /** What it is called in addresses. */
  slug: string;
  title: string;
  entries: StatusEntry[];
}

export interface Config {
  database: DatabaseUrl;
  /** What this collector is called among others on the same database; undefined when not set. */
  name: string | undefined;
  listen: { host: string; port: number };
  logLevel: LogLevel;
  /** Address at which people reach the pages, with a slash at the end; undefined when not set. */
  baseUrl: string | undefined;
  /** How long single reports are kept; 0 for none. */
  keepReportsMs: number;
  keepHistoryMs: number;
  keepAlertsMs: number;
  maxBodyBytes: number;
  secretFile: string;
  /** Whether a peer's X-Forwarded-For is believed. */
  trustsProxy: (address: string, hop: number) => boolean;
  channels: ChannelConfig[];
  peers: PeerConfig[];
  statuses: StatusConfig[];
}

/** Where settings come from, the first named wins: flags, environment, file. */
export interface ConfigSources {
  flags?: Record<string, string | undefined>;
  env?: Record<string, string | undefined>;
  file?: string | undefined;
}

type OvercValues = Values<typeof OVERC_OPTIONS>;

/** Reads and checks all settings. Throws SettingsError with one line that names the place and the remedy. */
export function loadConfig({ flags = {}, env = {}, file }: ConfigSources): Config {
  const here = process.cwd();
  const inFile = file === undefined ? nothingSet() : readFile(file);
  const inEnv = readAll((option) => env[environmentName(option)], environmentName);
  const inFlags = readAll(
    (option) => flags[option],
    (option) => `--${option}`,
  );
  const values = { ...inFile.values, ...absolute(inEnv, here), ...absolute(inFlags, here) };
  const database = values.database ?? { kind: 'sqlite', file: resolve(here, 'data/overc.db') };
  return {
    database,
    name: values.name,
    listen: values.listen ?? readListen(OVERC_OPTIONS.listen.fallback),
    logLevel: values.loglevel ?? 'info',
    baseUrl: values['base-url'],
    keepReportsMs: values['keep-reports'] ?? DAY_MS,
    keepHistoryMs: values['keep-history'] ?? 365 * DAY_MS,
    keepAlertsMs: values['keep-alerts'] ?? 365 * DAY_MS,
    maxBodyBytes: values['max-body'] ?? readSize(OVERC_OPTIONS['max-body'].fallback),
    secretFile: values['secret-file'] ?? join(secretFolder(database, file), 'overc.secret'),
    trustsProxy: values['trust-proxy'] ?? (() => false),
    channels: inFile.channels,
    peers: inFile.peers,
    statuses: inFile.statuses,
  };
}

/** Names of environment variables that look like settings and are none, so that a typing error does not pass unnoticed. */
export function unknownVariables(env: Record<string, string | undefined>): string[] {
  const known = new Set(Object.keys(OVERC_OPTIONS).map(environmentName));
  return Object.keys(env).filter(
    (name) => name.startsWith('OVERC_') && !name.startsWith('OVERC_TEST_') && !known.has(name),
  );
}

function environmentName(option: string): string {
  return `OVERC_${option.toUpperCase().replaceAll('-', '_')}`;
}

interface Settings {
  values: OvercValues;
  channels: ChannelConfig[];
  peers: PeerConfig[];
  statuses: StatusConfig[];
}

const nothingSet = (): Settings => ({ values: {}, channels: [], peers: [], statuses: [] });

function readFile(file: string): Settings {
  const folder = dirname(resolve(file));
  const settings = nothingSet();
  try {
    for (const section of parseIni(readText(file))) {
      if (section.name === 'overc') settings.values = absolute(readSection(section, OVERC_OPTIONS), folder);
      else if (section.name.startsWith('alert:')) settings.channels.push(readChannel(section, folder));
      else if (section.name.startsWith('peer:')) settings.peers.push(readPeer(section));
      else if (section.name.startsWith('status:')) settings.statuses.push(readStatus(section));
      else
        throw new SettingsError(
          `[${section.name}]: unknown section; known are [overc], [alert:<name>], [peer:<name>] and [status:<slug>]`,
        );
    }
  } catch (error) {
    throw error instanceof SettingsError ? new SettingsError(`${file}: ${error.message}`) : error;
  }
  return settings;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(
      `cannot be read (${(error as NodeJS.ErrnoException).code}); name an existing file with --config`,
    );
  }
}

function readAll(
  source: (option: string) => string | undefined,
  place: (option: string) => string,
): OvercValues {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(OVERC_OPTIONS)) {
    const given = source(name);
    if (given !== undefined) values[name] = readValue<unknown>(place(name), option, given);
  }
  return values as OvercValues;
}

/** Relative paths count from where they are written: the file's folder, or the working folder. */
function absolute(values: OvercValues, folder: string): OvercValues {
  const { database, 'secret-file': secretFile } = values;
  return {
    ...values,
    ...(database?.kind === 'sqlite' && {
      database: { kind: 'sqlite', file: resolve(folder, database.file) },
    }),
    ...(secretFile !== undefined && { 'secret-file': resolve(folder, secretFile) }),
  };
}

function secretFolder(database: DatabaseUrl, file: string | undefined): string {
  if (database.kind === 'sqlite') return dirname(database.file);
  return file === undefined ? resolve('data') : dirname(resolve(file));
}

function readChannel(section: IniSection, cwd: string): ChannelConfig {
  const name = nameOf(section, '[alert:mail]');
  const { command, timeout, 'retry-for': retryFor } = readSection(section, ALERT_OPTIONS);
  if (!command) throw missing(section, 'command', ALERT_OPTIONS.command.example);
  return { name, argv: command, cwd, timeoutMs: timeout ?? 30_000, retryForMs: retryFor ?? DAY_MS };
}

function readPeer(section: IniSection): PeerConfig {
  const name = nameOf(section, '[peer:berlin]');
  const { url, key } = readSection(section, PEER_OPTIONS);
  if (!url) throw missing(section, 'url', PEER_OPTIONS.url.example);
  if (!key) throw missing(section, 'key', PEER_OPTIONS.key.example);
  return { name, url, key };
}

function readStatus(section: IniSection): StatusConfig {
  const slug = nameOf(section, '[status:main]', slugText);
  const { title, services } = readSection(section, STATUS_OPTIONS);
  if (!title) throw missing(section, 'title', STATUS_OPTIONS.title.example);
  if (!services) throw missing(section, 'services', STATUS_OPTIONS.services.example);
  return { slug, title, entries: services };
}

/** What stands after the colon of a section's name. */
function nameOf(section: IniSection, example: string, read = nameText): string {
  const name = section.name.slice(section.name.indexOf(':') + 1).trim();
  return readValue(`[${section.name}]`, { read, help: '', example }, name);
}

function missing(section: IniSection, option: string, example: string): SettingsError {
  return new SettingsError(`[${section.name}] ${option}: is missing (for example ${option}=${example})`);
}
