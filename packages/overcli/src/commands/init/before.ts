import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseIni, SettingsError } from '@overc/protocol';
import { mayWe } from '../../runner/access.ts';
import { readText } from '../../sources/files.ts';
import { parseMonitorFile, readWay, type WaySettings } from '../../sources/ini.ts';
import { SERVICE_PREFIX } from '../../sources/service.ts';

/** What stood in the file before. */
export interface Before {
  /** How many services; undefined when it says nothing at all, or is not there. */
  services: number | undefined;
  way: WaySettings;
  /** The options of `[overc]` that are kept as they stand. */
  kept: [string, string][];
}

/** The services of the files that the file includes, and will include again. */
export function includedServices({ kept }: Before, folder: string): Set<string> {
  const include = kept.find(([name]) => name === 'include')?.[1];
  if (include === undefined) return new Set();
  try {
    const { plugins } = parseMonitorFile(`[overc]\ninclude = ${include}\n`, folder);
    return new Set(plugins.map(({ service }) => service));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return new Set(); // there are none; or the whole file will say what is wrong with them
  }
}

const ASKED = new Set(['server', 'my-name', 'my-key']);
const NOTHING: Before = { services: undefined, way: {}, kept: [] };

/** Looks at the file that is to be written, since a server's key must stay what it was. Throws SettingsError. */
export function lookBefore(file: string): Before {
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new SettingsError(`${file}: its folder is not there; mkdir -p ${folder}`);
  if (!mayWe('w', folder))
    throw new SettingsError(
      `${file}: its folder is not ours to write in; run this as root, or name another file`,
    );
  if (!existsSync(file)) return NOTHING;
  try {
    const sections = parseIni(readText(file));
    if (sections.every(({ options }) => options.size === 0)) return NOTHING;
    const services = sections.filter(({ name }) => name.startsWith(SERVICE_PREFIX)).length;
    const options = sections.find(({ name }) => name === 'overc')?.options ?? new Map<string, string>();
    return { services, way: readWay(file), kept: [...options].filter(([name]) => !ASKED.has(name)) };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { ...NOTHING, services: 0 }; // what cannot be understood cannot be kept
  }
}
