import { readFileSync } from 'node:fs';
import { readProcesses } from '../../checks/proc.ts';
import { usualLimit } from '../../runner/gate.ts';
import { type Finding, ok, type Patient, type Probe, warning } from './finding.ts';

/** What a monitor has open beside its plugins. */
const OWN_FILES = 64;
/** Pipes and the like of each plugin that runs, and what it may start itself. */
const FILES_EACH = 8;
const PROCESSES_EACH = 8;
const ROOT = 0;

/** May the monitor open as many files and start as many processes as its plugins need? */
export const limits: Probe = {
  name: 'limits',
  probe(patient) {
    if (!patient.settings) return [];
    const whose = patient.monitors?.[0]?.pid ?? 'self';
    let text: string;
    try {
      text = readFileSync(`/proc/${whose}/limits`, 'utf8');
    } catch {
      return []; // this system does not tell, or not us
    }
    const files = limitIn(text, 'Max open files');
    const processes = limitIn(text, 'Max processes');
    const findings = [...judgeFiles(files, patient), ...judgeProcesses(processes, patient)];
    return findings.length > 0 ? findings : [ok(`${shown(files)} open files, ${shown(processes)} processes`)];
  },
};

/** The soft limit; Infinity when there is none. Format: proc(5), /proc/pid/limits. */
function limitIn(text: string, name: string): number {
  const value = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text)?.[1];
  return value === undefined || value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value);
}

function shown(limit: number): string {
  return limit === Number.POSITIVE_INFINITY ? 'any number of' : `up to ${limit}`;
}

function sideBySide({ settings }: Patient): number {
  return Math.min(settings?.maxParallel ?? usualLimit(), settings?.plugins.length ?? 0);
}

function judgeFiles(limit: number, patient: Patient): Finding[] {
  const needed = OWN_FILES + FILES_EACH * sideBySide(patient);
  if (limit >= needed) return [];
  return [
    warning(
      `${limit} files may be open at once, and plugins side by side may take ${needed}`,
      'raise it (ulimit -n, LimitNOFILE= in the unit), or set a smaller max-parallel',
    ),
  ];
}

/** Root is not held to it. */
function judgeProcesses(limit: number, patient: Patient): Finding[] {
  const uid = patient.runner?.uid ?? process.getuid?.();
  if (limit === Number.POSITIVE_INFINITY || uid === ROOT) return [];
  const there = readProcesses().filter((one) => one.uid === uid).length;
  const needed = PROCESSES_EACH * sideBySide(patient);
  if (there + needed <= limit) return [];
  return [
    warning(
      `${limit} processes are allowed, ${there} are there, and plugins may take ${needed} more`,
      'raise it (ulimit -u, LimitNPROC= in the unit), or set a smaller max-parallel',
    ),
  ];
}
