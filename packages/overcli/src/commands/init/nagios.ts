import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Proposal } from '../../sources/compose.ts';
import { findProgram } from '../program.ts';

/** Where packages and the sources put Monitoring Plugins. */
const FOLDERS = [
  '/usr/lib/nagios/plugins',
  '/usr/lib64/nagios/plugins',
  '/usr/lib/monitoring-plugins',
  '/usr/local/nagios/libexec',
];
const FIVE_MINUTES = 300;
const SIX_HOURS = 21_600;
const APT_SECONDS = 60;

type Plugin = Omit<Proposal, 'argv'> & {
  program: string;
  args: string[];
  /** Whether it has something to look at here. */
  isOfUse: () => boolean;
};

/** What they can watch and no built-in check does. */
const PLUGINS: Plugin[] = [
  {
    service: 'swap',
    program: 'check_swap',
    args: ['-w', '50%', '-c', '20%'],
    periodSeconds: FIVE_MINUTES,
    comment: 'How much of the swap space is free.',
    isOfUse: () => (textOf('/proc/swaps').match(/\n/g)?.length ?? 0) > 1,
  },
  {
    service: 'updates',
    program: 'check_apt',
    args: ['-t', String(APT_SECONDS)],
    periodSeconds: SIX_HOURS,
    timeoutSeconds: 2 * APT_SECONDS,
    retries: 0,
    comment: 'WARN when packages can be upgraded, ERR when one of these mends its security.',
    isOfUse: () => hasProgram('apt-get'),
  },
  {
    service: 'raid',
    program: 'check_raid',
    args: [],
    periodSeconds: FIVE_MINUTES,
    comment: 'Whether every disk of the arrays is in its place.',
    isOfUse: () => /^md\d/m.test(textOf('/proc/mdstat')),
  },
  {
    service: 'sensors',
    program: 'check_sensors',
    args: [],
    periodSeconds: FIVE_MINUTES,
    comment: 'Temperatures, fans and voltages, as lm-sensors has its limits.',
    isOfUse: () => hasProgram('sensors'),
  },
];

/** Services for the Monitoring Plugins of this machine. */
export function nagiosProposals(): Proposal[] {
  const { folder, names } = nagiosPlugins() ?? { folder: '', names: [] };
  return PLUGINS.filter(({ program, isOfUse }) => names.includes(program) && isOfUse()).map(
    ({ program, args, isOfUse: _, ...proposal }) => ({ ...proposal, argv: [join(folder, program), ...args] }),
  );
}

/** The Monitoring Plugins of this machine; undefined when there are none. */
export function nagiosPlugins(): { folder: string; names: string[] } | undefined {
  for (const folder of FOLDERS) {
    if (!existsSync(folder)) continue;
    const names = readdirSync(folder).filter((name) => name.startsWith('check_'));
    if (names.length > 0) return { folder, names: names.toSorted() };
  }
  return undefined;
}

/** Those that none of `proposals` runs. */
export function sparePlugins(proposals: Proposal[]): { folder: string; names: string[] } | undefined {
  const all = nagiosPlugins();
  const used = new Set(proposals.map(({ argv }) => basename(argv[0] ?? '')));
  const names = all?.names.filter((name) => !used.has(name)) ?? [];
  return all && names.length > 0 ? { folder: all.folder, names } : undefined;
}

function hasProgram(name: string): boolean {
  return findProgram(name, '/', process.env.PATH ?? '') !== undefined;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
