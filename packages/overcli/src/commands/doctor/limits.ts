import { readProcesses } from '../../checks/proc.ts';
import { limitsOf } from '../../proc.ts';
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
    const files = limitOf(whose, 'Max open files');
    const processes = limitOf(whose, 'Max processes');
    if (files === undefined || processes === undefined) return []; // this system does not tell, or not us
    const findings = [...judgeFiles(files, patient), ...judgeProcesses(processes, patient)];
    return findings.length > 0 ? findings : [ok(`${shown(files)} open files, ${shown(processes)} processes`)];
  },
};

/** The soft limit; Infinity when there is none, undefined when it is not told. */
function limitOf(pid: number | 'self', name: string): number | undefined {
  const [soft] = limitsOf(pid, name) ?? [];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
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
