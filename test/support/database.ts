import { execFileSync } from 'node:child_process';
import type { Scene } from './scene.ts';

export const KINDS = ['SQLite', 'MariaDB'] as const;
export type Kind = (typeof KINDS)[number];

let created = 0;

/** The URL of a new, empty database, removed with the scene. */
export function newDatabase(kind: Kind, scene: Scene): string {
  return kind === 'SQLite' ? `sqlite://${scene.path('overc.db')}` : newMariaDb(scene);
}

/** The same on a MariaDB server; unless told another, on the one of the whole run. */
export function newMariaDb(scene: Scene, server = process.env.OVERC_TEST_MARIADB): string {
  if (!server) throw new Error('OVERC_TEST_MARIADB is not set; run the suites with npm test');
  const name = `overc_e2e_${process.pid}_${++created}`;
  asRoot(server, `create database ${name}`);
  scene.onEnd(() => asRoot(server, `drop database ${name}`));
  return new URL(name, server).href;
}

function asRoot(server: string, sql: string): void {
  const { hostname, port } = new URL(server);
  execFileSync('mariadb', ['--no-defaults', `--host=${hostname}`, `--port=${port}`, '-uroot', '-e', sql], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
