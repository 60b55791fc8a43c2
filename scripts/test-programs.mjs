// What the tests need beyond npm. On Debian as root it is installed; elsewhere the missing ones are named.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROGRAMS = [
  {
    name: 'MariaDB server',
    files: ['/usr/sbin/mariadbd', '/usr/bin/mariadb-install-db'],
    package: 'mariadb-server-core',
  },
  { name: 'Chromium', files: ['/usr/bin/chromium'], package: 'chromium' },
  {
    name: 'Monitoring Plugins',
    files: ['/usr/lib/nagios/plugins/check_load'],
    package: 'monitoring-plugins-basic',
  },
  { name: 'dpkg-deb', files: ['/usr/bin/dpkg-deb'], package: 'dpkg' },
  { name: 'curl', files: ['/usr/bin/curl'], package: 'curl' },
  { name: 'OpenSSL', files: ['/usr/bin/openssl'], package: 'openssl' },
  { name: 'systemd-notify', files: ['/usr/bin/systemd-notify'], package: 'systemd' },
  { name: 'cron', files: ['/usr/sbin/cron', '/usr/bin/crontab'], package: 'cron' },
  { name: 'faketime', files: ['/usr/bin/faketime'], package: 'faketime' },
  // By it others than root have users of their own.
  ...(process.getuid?.() === 0
    ? []
    : [{ name: 'newuidmap', files: ['/usr/bin/newuidmap'], package: 'uidmap' }]),
];

/** Exits with 1 and the command that helps when something is missing and cannot be installed from here. */
export function provideTestPrograms() {
  const missing = PROGRAMS.filter((program) => !program.files.every((file) => existsSync(file)));
  if (missing.length === 0) return;
  const packages = missing.map((program) => program.package);
  const names = missing.map((program) => program.name).join(', ');
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(
      `The tests need ${names}. On Debian: sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
    );
    process.exit(1);
  }
  console.log(`Installing ${names} for the tests …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...packages);
}
