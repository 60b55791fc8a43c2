import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 60_000;

/** A MariaDB server of our own: a temporary folder, a free port, gone when stopped. */
export interface MariaDb {
  port: number;
  /** mysql://… of a new, empty database. */
  createDatabase(): string;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
}

export async function startMariaDb(): Promise<MariaDb> {
  const folder = mkdtempSync(join(tmpdir(), 'overc-mariadb-'));
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  const user = userInfo().username;
  execFileSync(
    'mariadb-install-db',
    [
      '--no-defaults',
      `--user=${user}`,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    { stdio: 'ignore' },
  );
  const port = await freePort();
  const server = spawn(
    '/usr/sbin/mariadbd',
    [
      '--no-defaults',
      `--user=${user}`,
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--pid-file=${join(folder, 'pid')}`,
      '--innodb-buffer-pool-size=256M',
    ],
    { stdio: 'ignore' },
  );
  const root = (sql: string) =>
    execFileSync('mariadb', ['--no-defaults', `--socket=${socket}`, '-uroot', '-e', sql], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  await answers(server, socket, root);

  let databases = 0;
  return {
    port,
    createDatabase() {
      const name = `overc_${process.pid}_${++databases}`;
      root(
        `create database ${name}; grant all on ${name}.* to 'overc'@'127.0.0.1' identified by 'p@ss/word'`,
      );
      return `mysql://overc:${encodeURIComponent('p@ss/word')}@127.0.0.1:${port}/${name}`;
    },
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(server: ChildProcess, socket: string, root: (sql: string) => unknown): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`MariaDB ended with ${server.exitCode}`);
    try {
      if (existsSync(socket)) return void root('select 1');
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error('MariaDB did not start in time');
    await pause(50);
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
