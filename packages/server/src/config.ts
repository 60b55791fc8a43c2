import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { splitWords } from '@overc/command';
import {
  duration,
  httpUrl,
  type IniSection,
  nameText,
  type Options,
  oneOf,
  parseIni,
  readSection,
  readValue,
  SettingsError,
  text,
  type Values,
  wholeNumber,
} from '@overc/protocol';
import proxyAddr from 'proxy-addr';
import { LOG_LEVELS, type LogLevel } from './log.ts';

/** Where the database is: a file of our own, or a MariaDB or MySQL server. */
export type DatabaseUrl =
  | { kind: 'sqlite'; file: string }
  | { kind: 'mysql'; host: string; port: number; user: string; password: string; name: string };

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

export interface Config {
  database: DatabaseUrl;
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
}

/** Where settings come from, the first named wins: flags, environment, file. */
export interface ConfigSources {
  flags?: Record<string, string | undefined>;
  env?: Record<string, string | undefined>;
  file?: string | undefined;
}

const DAY_MS = 86_400_000;

/** Every `[overc]` option. `docs/settings.md` is generated from here. */
export const OVERC_OPTIONS = {
  database: {
    read: readDatabaseUrl,
    help: 'The database: an SQLite file, which one collector owns, or a MariaDB or MySQL database, which several share. In a settings file a relative path counts from that file’s folder.',
    example: 'mysql://overc:secret@db.example.com:3306/overc',
    fallback: 'sqlite://data/overc.db',
    secret: true,
  },
  listen: {
    read: readListen,
    help: 'Address and port of the pages and the API.',
    example: '0.0.0.0:5000',
    fallback: '127.0.0.1:5000',
  },
  loglevel: {
    read: oneOf(...LOG_LEVELS),
    help: `How much is logged to standard output: ${LOG_LEVELS.join(', ')}.`,
    example: 'debug',
    fallback: 'info',
  },
  'base-url': {
    read: httpUrl,
    help: 'The address at which people and machines reach this collector, when a proxy stands in front of it. Shown on the pages and given to alert commands.',
    example: 'https://mon.example.com/',
    fallback: 'the listening address',
  },
  'keep-reports': {
    read: duration(0),
    help: 'How long single reports are kept with their infos; 0 for none.',
    example: '12h',
    fallback: '24h',
  },
  'keep-history': {
    read: duration(DAY_MS),
    help: 'How long the history of states is kept.',
    example: '90d',
    fallback: '1y',
  },
  'keep-alerts': {
    read: duration(DAY_MS),
    help: 'How long alerts and what became of their deliveries are kept.',
    example: '90d',
    fallback: '1y',
  },
  'max-body': {
    read: readSize,
    help: 'The largest request body that is read; a larger one is answered with 413.',
    example: '4MiB',
    fallback: '1MiB',
  },
  'secret-file': {
    read: text,
    help: 'The file that holds the secret under which server keys are stored; made on the first start. Collectors that share a database need the same one.',
    example: '/etc/overc/overc.secret',
    fallback: 'overc.secret beside the SQLite file, or beside the settings file for MariaDB',
  },
  'trust-proxy': {
    read: readTrustProxy,
    help: 'Addresses or networks of the reverse proxies whose X-Forwarded-For is believed.',
    example: 'loopback, 10.0.0.0/8',
    fallback: 'none',
  },
} satisfies Options;

/** Every option of an `[alert:<name>]` section. */
export const ALERT_OPTIONS = {
  command: {
    read: splitWords,
    help: 'The command that delivers an alert. It runs without a shell, in the settings file’s folder, with the alert’s text on standard input; exit code 0 means delivered.',
    example: './alert.d/mail.sh ops@example.com',
  },
  timeout: {
    read: duration(100),
    help: 'How long the command may take before it is killed, with all its children.',
    example: '10s',
    fallback: '30s',
  },
  'retry-for': {
    read: duration(0),
    help: 'How long a failing delivery is tried again, with growing pauses; 0 for a single attempt.',
    example: '1h',
    fallback: '24h',
  },
} satisfies Options;

/** Reads and checks all settings. Throws SettingsError with one line that names the place and the remedy. */
export function loadConfig({ flags = {}, env = {}, file }: ConfigSources): Config {
  const folder = file ? dirname(resolve(file)) : process.cwd();
  const sections = file ? readFile(file) : [];
  const inFile = file ? (error: SettingsError) => new SettingsError(`${file}: ${error.message}`) : undefined;

  let fromFile: Values<typeof OVERC_OPTIONS> = {};
  const channels: ChannelConfig[] = [];
  try {
    for (const section of sections) {
      if (section.name === 'overc') fromFile = readSection(section, OVERC_OPTIONS);
      else if (section.name.startsWith('alert:')) channels.push(readChannel(section, folder));
      else throw new SettingsError(`[${section.name}]: unknown section; known are [overc] and [alert:<name>]`);
    }
  } catch (error) {
    throw inFile && error instanceof SettingsError ? inFile(error) : error;
  }

  const near = readAll((name) => env[`OVERC_${name.toUpperCase().replaceAll('-', '_')}`], environmentName);
  const nearest = readAll((name) => flags[name], (name) => `--${name}`);
  const own = { ...near, ...nearest };
  return assemble({ ...fromFile, ...own }, { fileFolder: folder, databaseIsInFile: own.database === undefined && fromFile.database !== undefined }, channels);
}

/** Names of environment variables that look like settings and are none, so that a typing error does not pass unnoticed. */
export function unknownVariables(env: Record<string, string | undefined>): string[] {
  const known = new Set(Object.keys(OVERC_OPTIONS).map(environmentName));
  return Object.keys(env).filter((name) => name.startsWith('OVERC_') && !name.startsWith('OVERC_TEST_') && !known.has(name));
}

function environmentName(option: string): string {
  return `OVERC_${option.toUpperCase().replaceAll('-', '_')}`;
}

function readFile(file: string): IniSection[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code}); name an existing file with --config`);
  }
  try {
    return parseIni(content);
  } catch (error) {
    throw error instanceof SettingsError ? new SettingsError(`${file}: ${error.message}`) : error;
  }
}

function readAll(source: (option: string) => string | undefined, place: (option: string) => string): Values<typeof OVERC_OPTIONS> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(OVERC_OPTIONS)) {
    const given = source(name);
    if (given !== undefined) values[name] = readValue<unknown>(place(name), option, given);
  }
  return values as Values<typeof OVERC_OPTIONS>;
}

function readChannel(section: IniSection, cwd: string): ChannelConfig {
  const place = `[${section.name}]`;
  const name = section.name.slice('alert:'.length).trim();
  readValue(place, { read: nameText, help: '', example: '[alert:mail]' }, name);
  const { command, timeout, 'retry-for': retryFor } = readSection(section, ALERT_OPTIONS);
  if (!command) throw new SettingsError(`${place} command: is missing (for example command=${ALERT_OPTIONS.command.example})`);
  return { name, argv: command, cwd, timeoutMs: timeout ?? 30_000, retryForMs: retryFor ?? DAY_MS };
}

interface Place {
  fileFolder: string;
  databaseIsInFile: boolean;
}

function assemble(values: Values<typeof OVERC_OPTIONS>, place: Place, channels: ChannelConfig[]): Config {
  const database = locate(values.database ?? readDatabaseUrl(OVERC_OPTIONS.database.fallback), place.databaseIsInFile ? place.fileFolder : process.cwd());
  const secretFolder = database.kind === 'sqlite' ? dirname(database.file) : place.fileFolder;
  return {
    database,
    listen: values.listen ?? readListen(OVERC_OPTIONS.listen.fallback),
    logLevel: values.loglevel ?? 'info',
    baseUrl: values['base-url'],
    keepReportsMs: values['keep-reports'] ?? DAY_MS,
    keepHistoryMs: values['keep-history'] ?? 365 * DAY_MS,
    keepAlertsMs: values['keep-alerts'] ?? 365 * DAY_MS,
    maxBodyBytes: values['max-body'] ?? readSize(OVERC_OPTIONS['max-body'].fallback),
    secretFile: resolve(place.fileFolder, values['secret-file'] ?? join(secretFolder, 'overc.secret')),
    trustsProxy: values['trust-proxy'] ?? (() => false),
    channels,
  };
}

function locate(database: DatabaseUrl, folder: string): DatabaseUrl {
  if (database.kind === 'mysql' || isAbsolute(database.file)) return database;
  return { kind: 'sqlite', file: resolve(folder, database.file) };
}

function readDatabaseUrl(value: string): DatabaseUrl {
  const sqlite = /^sqlite:\/\/(.+)$/.exec(value);
  if (sqlite) return { kind: 'sqlite', file: sqlite[1] as string };
  const url = /^(mysql|mariadb):\/\//.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  const name = url ? decodeURIComponent(url.pathname.slice(1)) : '';
  if (!url?.hostname || !name) throw new Error('must be sqlite://FILE or mysql://USER:PASSWORD@HOST:PORT/NAME');
  return {
    kind: 'mysql',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port ? Number(url.port) : 3306,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    name,
  };
}

function readListen(value: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(value);
  if (!match) throw new Error('must be HOST:PORT');
  return { host: (match[1] ?? match[2]) as string, port: wholeNumber(0, 65535)(match[3] as string) };
}

function readSize(value: string): number {
  const match = /^(\d{1,12})\s*(B|KiB|MiB)?$/.exec(value);
  if (!match) throw new Error('must be a size: a number and B, KiB or MiB');
  const bytes = Number(match[1]) * { B: 1, KiB: 1024, MiB: 1024 ** 2 }[match[2] ?? 'B']!;
  if (bytes < 1024 || bytes > 256 * 1024 ** 2) throw new Error('must be from 1KiB to 256MiB');
  return bytes;
}

function readTrustProxy(value: string): (address: string, hop: number) => boolean {
  try {
    return proxyAddr.compile(value.split(',').map((part) => part.trim()));
  } catch {
    throw new Error('must be addresses or networks, separated by commas');
  }
}
