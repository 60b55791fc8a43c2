import { dirname, relative, resolve } from 'node:path';
import { type IniSection, parseIni, readSection, SettingsError, type Values } from '@overc/protocol';
import { NO_SPOOL } from '../spool/place.ts';
import { findFiles, naming, readCaFile, readKeyFile, readText } from './files.ts';
import { MONITOR_OPTIONS } from './options.ts';
import { NO_DEFAULTS, readDefaults, readService, SERVICE_PREFIX, type ServiceValues } from './service.ts';
import type { PluginSpec } from './spec.ts';

/** How to get to the collector, as far as a file says it. */
export interface RouteSettings {
  /** The collector's addresses, in the order in which they are tried. */
  servers?: string[] | undefined;
  /** A proxy's address, or `none`. */
  proxy?: string | undefined;
  /** Certificates in PEM. */
  ca?: string | undefined;
}

/** Where to report and as whom, as far as a file says it. */
export interface WaySettings extends RouteSettings {
  name?: string | undefined;
  key?: string | undefined;
}

/** Where and how much to keep of what cannot be delivered, as far as a file says it. */
export interface SpoolSettings {
  /** A folder, or `none`. */
  spool?: string | undefined;
  spoolBytes?: number | undefined;
  spoolAgeMs?: number | undefined;
}

export interface MonitorSettings extends WaySettings, SpoolSettings {
  maxLagMs?: number | undefined;
  maxParallel?: number | undefined;
  /** Whether services that are no longer run end on purpose. */
  saysBye: boolean;
  plugins: PluginSpec[];
  /** The file's folder. */
  folder: string;
  /** Which files it includes, relative to its folder. */
  include?: string | undefined;
  /** Files whose contents are part of these settings. */
  single: string[];
}

type MonitorValues = Values<typeof MONITOR_OPTIONS>;

/** The sections of one file, by their kinds. */
interface Sections {
  overc?: IniSection;
  defaults?: IniSection;
  services: IniSection[];
}

/** Reads a monitor's file and what it includes. Throws SettingsError that names file, section, option and remedy. */
export function readMonitorFile(file: string): MonitorSettings {
  return naming(file, () => parseMonitorFile(readText(file), dirname(resolve(file))));
}

/** Reads what a monitor's file says of reporting; nothing of its services. Throws SettingsError. */
export function readWay(file: string): WaySettings & SpoolSettings {
  return naming(file, () => {
    const { overc } = sort(parseIni(readText(file)));
    return readOverc(overc ? readSection(overc, MONITOR_OPTIONS) : {}, dirname(resolve(file)));
  });
}

/** The same without the key, whose file those who only read may not open. Throws SettingsError. */
export function readRoute(file: string): RouteSettings {
  return naming(file, () => {
    const { overc } = sort(parseIni(readText(file)));
    const { 'key-file': _, ...values } = overc ? readSection(overc, MONITOR_OPTIONS) : {};
    return readOverc(values, dirname(resolve(file)));
  });
}

/** Reads a monitor file's text as if it lay in `folder`, where its commands will run. Throws SettingsError. */
export function parseMonitorFile(text: string, folder: string): MonitorSettings {
  const main = sort(parseIni(text));
  const values: MonitorValues = main.overc ? readSection(main.overc, MONITOR_OPTIONS) : {};
  const settings = { ...readOverc(values, folder), folder, include: values.include };
  const defaults = readDefaults(main.defaults, NO_DEFAULTS);
  const plugins = new Map<string, PluginSpec>();
  addServices(plugins, main, defaults, folder);
  for (const file of values.include === undefined ? [] : findFiles(values.include, folder))
    naming(relative(folder, file), () => addIncluded(plugins, file, defaults));
  if (plugins.size === 0)
    throw new SettingsError(
      '[service:<name>]: there is none; add one with period and command for each service',
    );
  return { ...settings, plugins: [...plugins.values()] };
}

/** The files beside the monitor's own on which these settings rest, also those that came since; as far as they can be found. */
export function filesBeside({ folder, include, single }: MonitorSettings): string[] {
  try {
    return [...(include === undefined ? [] : findFiles(include, folder)), ...single];
  } catch (error) {
    if (error instanceof SettingsError) return single;
    throw error;
  }
}

function sort(sections: IniSection[]): Sections {
  const sorted: Sections = { services: [] };
  for (const section of sections) {
    if (section.name === 'overc') sorted.overc = section;
    else if (section.name === 'defaults') sorted.defaults = section;
    else if (section.name.startsWith(SERVICE_PREFIX)) sorted.services.push(section);
    else
      throw new SettingsError(
        `[${section.name}]: unknown section; known are [overc], [defaults] and [service:<name>]`,
      );
  }
  return sorted;
}

function readOverc(values: MonitorValues, folder: string) {
  if (values['my-key'] !== undefined && values['key-file'] !== undefined)
    throw new SettingsError('[overc] key-file: stands beside my-key; keep one of them');
  const single: string[] = [];
  const contents = (option: 'key-file' | 'ca-file', read: (file: string) => string) => {
    const name = values[option];
    if (name === undefined) return undefined;
    const file = resolve(folder, name);
    single.push(file);
    return naming(`[overc] ${option}`, () => read(file));
  };
  return {
    servers: values.server,
    name: values['my-name'],
    key: values['my-key'] ?? contents('key-file', readKeyFile),
    maxLagMs: values['max-lag'],
    maxParallel: values['max-parallel'],
    saysBye: values.bye === 'yes',
    spool:
      values.spool === undefined || values.spool === NO_SPOOL ? values.spool : resolve(folder, values.spool),
    spoolBytes: values['spool-size'],
    spoolAgeMs: values['spool-age'],
    proxy: values.proxy,
    ca: contents('ca-file', readCaFile),
    single,
  };
}

function addIncluded(plugins: Map<string, PluginSpec>, file: string, defaults: ServiceValues): void {
  const sections = sort(parseIni(readText(file)));
  if (sections.overc) throw new SettingsError('[overc]: belongs to the file that includes this one');
  addServices(plugins, sections, readDefaults(sections.defaults, defaults), dirname(file));
}

function addServices(
  plugins: Map<string, PluginSpec>,
  { services }: Sections,
  defaults: ServiceValues,
  folder: string,
): void {
  for (const section of services) {
    const plugin = readService(section, defaults, folder);
    if (plugins.has(plugin.service))
      throw new SettingsError(`[${section.name}]: the service "${plugin.service}" stands twice; keep one`);
    plugins.set(plugin.service, plugin);
  }
}
