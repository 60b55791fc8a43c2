import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SmallDisk } from './small-disk.ts';

const PATIENCE_MS = 60_000;
/** So that the data of an empty server fits on a small disk. */
const SMALL_LOG = '--innodb-log-file-size=4M';

/** A MariaDB server of our own: a temporary folder, a free port, gone when stopped. */
export interface MariaDb {
  /** mysql://…, with a slash at the end. */
  url: string;
  /** Runs SQL as root, and returns what it prints. */
  run(sql: string): string;
  isRunning(): boolean;
  /** Its disk, where that is a small one of its own. */
  disk: SmallDisk | undefined;
  /** SIGTERM, and waits for its end; the data stays. */
  halt(): Promise<void>;
  /** Starts it again, if it has ended. */
  resume(): Promise<void>;
  /** Halts it, and removes its data. */
  stop(): Promise<void>;
}

/** Starts one; with `diskBytes` on a small disk of its own. */
export async function startMariaDb({ diskBytes }: { diskBytes?: number } = {}): Promise<MariaDb> {
  const folder = mkdtempSync(join(tmpdir(), 'overc-mariadb-'));
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  const user = userInfo().username;
  const log = diskBytes === undefined ? [] : [SMALL_LOG];
  execFileSync(
    'mariadb-install-db',
    [
      '--no-defaults',
      `--user=${user}`,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...log,
    ],
    { stdio: 'ignore' },
  );
  const disk =
    diskBytes === undefined ? undefined : await SmallDisk.mount(join(folder, 'disk'), data, diskBytes);
  const port = await freePort();
  const command = [
    '/usr/sbin/mariadbd',
    '--no-defaults',
    `--user=${user}`,
    `--datadir=${disk?.folder ?? data}`,
    `--socket=${socket}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--pid-file=${join(folder, 'pid')}`,
    '--innodb-buffer-pool-size=256M',
    ...log,
  ];
  const run = (sql: string) =>
    execFileSync(
      'mariadb',
      ['--no-defaults', `--socket=${socket}`, '-uroot', '--skip-column-names', '-e', sql],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
      },
    );

  let server: ChildProcess | undefined;
  const hasEnded = () => !server || server.exitCode !== null || server.signalCode !== null;
  async function resume(): Promise<void> {
    if (!hasEnded()) return;
    const [file, ...args] = disk?.argv(command) ?? command;
    server = spawn(file as string, args, { stdio: 'ignore' });
    await answers(server, socket, run);
  }
  async function halt(): Promise<void> {
    if (!server || hasEnded()) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
  await resume();
  return {
    url: `mysql://root@127.0.0.1:${port}/`,
    run,
    isRunning: () => !hasEnded(),
    disk,
    halt,
    resume,
    async stop() {
      await halt();
      await disk?.unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(server: ChildProcess, socket: string, run: (sql: string) => unknown): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { exitCode, signalCode } = server;
    if (exitCode !== null || signalCode !== null)
      throw new Error(`MariaDB ended with ${exitCode ?? signalCode}`);
    try {
      if (existsSync(socket)) return void run('select 1');
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
