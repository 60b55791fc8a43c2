import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from './folders.mjs';
import { cpuSeconds, endProcess, freePort, SERVER_CORE, startPinned } from './processes.mjs';

const PATIENCE_MS = 120_000;
const POLL_MS = 50;
const SETTINGS = [
  '--innodb-flush-log-at-trx-commit=1',
  '--innodb-buffer-pool-size=2G',
  '--innodb-log-file-size=512M',
  '--skip-log-bin',
  '--skip-name-resolve',
];

/** Starts a private MariaDB on the server's core. Its data stays in `home` and is taken up again from there. */
export async function startMariaDb(home) {
  const data = join(home, 'mariadb');
  const socket = join(temporaryFolder(), 'socket');
  const user = userInfo().username;
  const isNew = !existsSync(data);
  if (isNew)
    execFileSync(
      'mariadb-install-db',
      [
        ...['--no-defaults', `--user=${user}`, `--datadir=${data}`],
        ...['--auth-root-authentication-method=normal', '--skip-test-db'],
      ],
      { stdio: 'ignore' },
    );
  const port = await freePort();
  const server = startPinned(
    SERVER_CORE,
    '/usr/sbin/mariadbd',
    [
      ...['--no-defaults', `--user=${user}`, `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`],
      ...['--bind-address=127.0.0.1', `--pid-file=${socket}.pid`, `--log-error=${join(home, 'mariadb.log')}`],
      ...SETTINGS,
    ],
    { stdio: 'ignore' },
  );
  const root = (sql) =>
    execFileSync('mariadb', ['--no-defaults', `--socket=${socket}`, '-uroot', '-e', sql], { stdio: 'pipe' });
  await answering(server, socket, root);
  if (isNew)
    root("create database overc; grant all on overc.* to 'overc'@'127.0.0.1' identified by 'secret'");
  return {
    url: `mysql://overc:secret@127.0.0.1:${port}/overc`,
    cpuSeconds: () => cpuSeconds(server.pid),
    stop: (signal) => endProcess(server, signal),
  };
}

async function answering(server, socket, root) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`MariaDB ended with ${server.exitCode}`);
    try {
      if (existsSync(socket)) return void root('select 1');
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error('MariaDB did not start in time');
    await pause(POLL_MS);
  }
}
