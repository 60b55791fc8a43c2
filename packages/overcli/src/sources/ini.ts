import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { splitWords } from '@overc/command';
import {
  duration,
  httpUrl,
  type IniSection,
  MAX_PERIOD_SECONDS,
  nameText,
  type Option,
  parseIni,
  readSection,
  readValue,
  SettingsError,
  wholeNumber,
} from '@overc/protocol';

/** A plugin to run again and again, and the service that it tells about. */
export interface PluginSpec {
  service: string;
  /** Program and arguments. */
  argv: string[];
  cwd: string;
  periodMs: number;
  timeoutMs: number;
}

export interface MonitorSettings {
  server?: string | undefined;
  name?: string | undefined;
  key?: string | undefined;
  maxLagMs?: number | undefined;
  plugins: PluginSpec[];
}

const LONGEST_MS = MAX_PERIOD_SECONDS * 1000;
const SHORTEST_TIMEOUT_MS = 100;
const SERVICE_PREFIX = 'service:';

const period: Option<number> = {
  read: wholeNumber(1, MAX_PERIOD_SECONDS),
  help: 'Seconds within which each report promises the next.',
  example: '60',
};

const command: Option<string[]> = {
  read: splitWords,
  help: "The plugin and its arguments, run without a shell in the file's folder. Its exit code is the state, its output the info. As the first word `overcli` is this program itself, wherever it lies: `overcli check disk`.",
  example: './plugin.d/disk.sh "/var"',
};

/** What the section `[overc]` of a monitor's file may hold. */
export const MONITOR_OPTIONS = {
  server: {
    read: httpUrl,
    help: "The collector's address, with user and password in it if a proxy wants them.",
    example: 'http://mon.example.com:5000/',
    secret: true, // it may hold a password
  },
  'my-name': { read: nameText, help: "This server's name.", example: 'a.example.com' },
  'my-key': {
    read: nameText,
    help: "This server's key; any text, as long as it stays the same.",
    example: '1234',
    secret: true,
  },
  'max-lag': {
    read: duration(0, LONGEST_MS),
    help: 'What to allow for running and sending, whatever the plugins take.',
    example: '2s',
    fallback: "3 × the plugin's last running time",
  },
} satisfies Record<string, Option<string> | Option<number>>;

/** What a section `[service:<name>]` may hold. */
export const SERVICE_OPTIONS = {
  period,
  command,
  timeout: {
    read: duration(SHORTEST_TIMEOUT_MS, LONGEST_MS),
    help: 'How long the plugin may run before it and all its children are killed.',
    example: '10s',
    fallback: 'the period',
  },
};

/** Reads a monitor's file. Throws SettingsError that names file, section, option and remedy. */
export function readMonitorFile(file: string): MonitorSettings {
  const bytes = readBytes(file);
  try {
    return parseMonitorFile(decode(bytes), dirname(resolve(file)));
  } catch (error) {
    if (error instanceof SettingsError) throw new SettingsError(`${file}: ${error.message}`);
    throw error;
  }
}

/** Reads a monitor file's text; its commands will run in `folder`. Throws SettingsError. */
export function parseMonitorFile(text: string, folder: string): MonitorSettings {
  let settings: Omit<MonitorSettings, 'plugins'> = {};
  const plugins: PluginSpec[] = [];
  for (const section of parseIni(text)) {
    if (section.name === 'overc') settings = readOverc(section);
    else if (section.name.startsWith(SERVICE_PREFIX)) plugins.push(readPlugin(section, folder, plugins));
    else
      throw new SettingsError(`[${section.name}]: unknown section; known are [overc] and [service:<name>]`);
  }
  if (plugins.length === 0)
    throw new SettingsError(
      '[service:<name>]: there is none; add one with period and command for each service',
    );
  return { ...settings, plugins };
}

function readOverc(section: IniSection): Omit<MonitorSettings, 'plugins'> {
  const values = readSection(section, MONITOR_OPTIONS);
  return {
    server: values.server,
    name: values['my-name'],
    key: values['my-key'],
    maxLagMs: values['max-lag'],
  };
}

function readPlugin(section: IniSection, cwd: string, before: PluginSpec[]): PluginSpec {
  const service = readServiceName(section.name, before);
  const values = readSection(section, SERVICE_OPTIONS);
  const periodMs = required(section, 'period', values.period) * 1000;
  const argv = required(section, 'command', values.command);
  return { service, argv, cwd, periodMs, timeoutMs: values.timeout ?? periodMs };
}

function readServiceName(sectionName: string, before: PluginSpec[]): string {
  const option: Option<string> = { read: nameText, help: '', example: '[service:disk]' };
  const name = readValue(`[${sectionName}]`, option, sectionName.slice(SERVICE_PREFIX.length).trim());
  if (before.some(({ service }) => service === name))
    throw new SettingsError(`[${sectionName}]: the service "${name}" stands twice; keep one`);
  return name;
}

function required<T>(section: IniSection, name: keyof typeof SERVICE_OPTIONS, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new SettingsError(
    `[${section.name}] ${name}: is missing; add ${name} = ${SERVICE_OPTIONS[name].example}`,
  );
}

const READ_ERRORS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a folder',
};

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SettingsError(`${file}: cannot be read: ${READ_ERRORS[code ?? ''] ?? message}`);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SettingsError('is not valid UTF-8; save it in that encoding');
  }
}
