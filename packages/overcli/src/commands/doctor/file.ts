import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type IniSection, parseIni, SettingsError } from '@overc/protocol';
import { mayAccess } from '../../runner/access.ts';
import { readText } from '../../sources/files.ts';
import { type Finding, ok, type Patient, type Probe, problem, warning } from './finding.ts';

const READ_BY_ALL = 0o004;
const WRITTEN_BY_ALL = 0o002;
/** Where a password stands in an address. */
const PASSWORD = /:\/\/[^/\s]*:[^/\s]*@/;

/** Can the file be read, by those who must and by nobody else? */
export const file: Probe = {
  name: 'file',
  async probe(patient) {
    const { file: path } = patient;
    if (path === undefined) return [];
    try {
      readText(path);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const isMissing = / no such file/.test(error.message);
      const advice = isMissing
        ? `write one with overcli init ${path}`
        : 'run this as root, or give yourself the right';
      return [problem(`${path} ${error.message}`, advice)];
    }
    const findings = [...modesOf(path), ...(await forRunner(path, patient))];
    return findings.length > 0
      ? findings
      : [ok(`${path} can be read, and nobody reads a key who should not`)];
  },
};

function modesOf(path: string): Finding[] {
  const { hasSecret, keyFile } = secretsIn(path);
  const { mode } = statSync(path);
  return [
    ...(mode & WRITTEN_BY_ALL
      ? [problem(`everybody here can change which commands ${path} has run`, `chmod o-w ${path}`)]
      : []),
    ...(hasSecret && mode & READ_BY_ALL
      ? [warning(`everybody here can read the key in ${path}`, `chmod o-r ${path}`)]
      : []),
    ...(keyFile === undefined ? [] : modeOfKey(keyFile)),
  ];
}

function modeOfKey(keyFile: string): Finding[] {
  const stats = statSync(keyFile, { throwIfNoEntry: false });
  if (!stats || !(stats.mode & READ_BY_ALL)) return [];
  return [warning(`everybody here can read the key in ${keyFile}`, `chmod o-r ${keyFile}`)];
}

/** One that cannot be understood is taken to hold a key. */
function secretsIn(path: string): { hasSecret: boolean; keyFile?: string | undefined } {
  let overc: IniSection | undefined;
  try {
    overc = parseIni(readText(path)).find(({ name }) => name === 'overc');
  } catch {
    return { hasSecret: true };
  }
  const option = (name: string) => overc?.options.get(name);
  const keyFile = option('key-file');
  const addresses = `${option('server')} ${option('proxy')}`;
  return {
    hasSecret: option('my-key') !== undefined || PASSWORD.test(addresses),
    keyFile: keyFile === undefined ? undefined : resolve(path, '..', keyFile),
  };
}

async function forRunner(path: string, { runner, unit }: Patient): Promise<Finding[]> {
  if (runner === undefined || (await mayAccess('r', resolve(path), runner))) return [];
  const who = unit
    ? `${runner.name}, whom ${unit.name} runs as,`
    : `${runner.name}, whom the monitor runs as,`;
  return [
    problem(`${who} cannot read ${path}`, `chgrp $(id -gn ${runner.name}) ${path} and chmod 640 ${path}`),
  ];
}
