import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { usageOf } from '../../checks/disk.ts';
import { localMounts, parseMounts } from '../../checks/mounts.ts';
import { readProcesses } from '../../checks/proc.ts';
import { hasSystemd, startedServices } from '../../checks/services.ts';
import type { Proposal } from '../../sources/compose.ts';
import { worthWatching } from './daemons.ts';
import { nagiosProposals } from './nagios.ts';

const FIVE_MINUTES = 300;
const SIX_HOURS = 21_600;
const MINUTE = 60;

/** Of a large disk a tenth is still a lot. */
const LARGE_BYTES = 2 ** 40;
const MOST_DISKS = 8;
/** Where Certbot keeps certificates. */
const CERTIFICATES = '/etc/letsencrypt/live';

/** What is worth watching on this machine: built-in checks, and Monitoring Plugins for what none of them does. */
export async function lookAtMachine(): Promise<Proposal[]> {
  return [
    {
      service: 'load',
      argv: ['overcli', 'check', 'load', '--percpu', '-w', '6,4,3', '-c', '12,8,6'],
      periodSeconds: MINUTE,
      comment: 'Processes that run or wait, for each processor, over 1, 5 and 15 minutes.',
    },
    {
      service: 'memory',
      argv: ['overcli', 'check', 'memory', '-w', '85%', '-c', '95%'],
      periodSeconds: MINUTE,
      comment: 'Memory in use; what the kernel gives back at once does not count.',
    },
    ...disks(),
    ...(hasSystemd() ? await units() : processes()),
    ...certificates(),
    ...nagiosProposals(),
  ];
}

function disks(): Proposal[] {
  const paths = mountPoints();
  if (paths.length === 0 || paths.length > MOST_DISKS)
    return [diskProposal('disk', [], 'All disks of this machine: space and inodes.', false)];
  return paths.map((path) =>
    diskProposal(`disk ${path}`, [path], `How full ${path} is: space and inodes.`, isLarge(path)),
  );
}

function diskProposal(service: string, paths: string[], comment: string, isLargeOne: boolean): Proposal {
  const [warning, critical] = isLargeOne ? ['90%', '95%'] : ['80%', '90%'];
  const argv = ['overcli', 'check', 'disk', '-w', warning as string, '-c', critical as string, ...paths];
  return { service, argv, periodSeconds: FIVE_MINUTES, comment };
}

/** Those that can stand in a settings file. */
function mountPoints(): string[] {
  try {
    const mounts = parseMounts(readFileSync('/proc/self/mounts', 'utf8'));
    const local = localMounts(mounts, readFileSync('/proc/filesystems', 'utf8'));
    return local.map(({ path }) => path).filter((path) => !/\p{Cc}|^\s|\s$/u.test(path));
  } catch {
    return [];
  }
}

function isLarge(path: string): boolean {
  try {
    const { usedBytes, freeBytes } = usageOf(statfsSync(path));
    return usedBytes + freeBytes >= LARGE_BYTES;
  } catch {
    return false;
  }
}

async function units(): Promise<Proposal[]> {
  return [
    {
      service: 'systemd',
      argv: ['systemctl', 'is-system-running'],
      periodSeconds: MINUTE,
      comment: 'WARN when any unit has failed ("degraded"); systemctl --failed lists them.',
    },
    ...worthWatching(await startedServices()).map((name) => ({
      service: name,
      argv: ['overcli', 'check', 'unit', name],
      periodSeconds: MINUTE,
      comment: `Whether systemd has ${name} running.`,
    })),
  ];
}

/** Without systemd: programs that run now and should go on. */
function processes(): Proposal[] {
  let names: string[];
  try {
    names = readProcesses().map(({ name, argv }) => basename(argv[0] ?? name).replace(/:$/, ''));
  } catch {
    return []; // this system has no /proc
  }
  return worthWatching(names).map((name) => ({
    service: name,
    argv: ['overcli', 'check', 'process', name],
    periodSeconds: MINUTE,
    comment: `Whether ${name} runs.`,
  }));
}

function certificates(): Proposal[] {
  const names = existsSync(CERTIFICATES) ? safeList(CERTIFICATES) : [];
  return names.flatMap((name) => {
    const path = join(CERTIFICATES, name, 'fullchain.pem');
    if (!existsSync(path)) return [];
    return [
      {
        service: `certificate ${name}`,
        argv: ['overcli', 'check', 'certificate', '-w', '20', '-c', '7', path],
        periodSeconds: SIX_HOURS,
        retries: 0,
        comment: `How many days the certificate of ${name} is still valid; Certbot renews it 30 days before its end.`,
      },
    ];
  });
}

function safeList(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return []; // not for us to see
  }
}
