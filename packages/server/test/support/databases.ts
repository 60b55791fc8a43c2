import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knex, { type Knex } from 'knex';
import type { DatabaseUrl } from '../../src/options.ts';
import { connect } from '../../src/store/connection.ts';
import { migrate } from '../../src/store/migrate.ts';

/** A new, empty database of one kind, and how to be rid of it. */
export interface TestDatabase {
  url: DatabaseUrl;
  /** A folder of its own, for the secret and whatever else a test writes. */
  folder: string;
  remove(): Promise<void>;
}

export const KINDS = ['SQLite', 'MariaDB'] as const;
export type Kind = (typeof KINDS)[number];

export async function createDatabase(kind: Kind): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'overc-test-'));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  if (kind === 'SQLite')
    return { url: { kind: 'sqlite', file: join(folder, 'overc.db') }, folder, remove: async () => forget() };

  const server = new URL(process.env.OVERC_TEST_MARIADB ?? fail());
  const name = `overc_${process.pid}_${++created}`;
  const url: DatabaseUrl = {
    kind: 'mysql',
    host: server.hostname,
    port: Number(server.port),
    user: 'root',
    password: '',
    name,
  };
  await asRoot(url, `create database ${name}`);
  const remove = async () => {
    await asRoot(url, `drop database ${name}`);
    forget();
  };
  return { url, folder, remove };
}

let created = 0;

function fail(): never {
  throw new Error('OVERC_TEST_MARIADB is not set; run the suites with npm test');
}

async function asRoot({ host, port }: DatabaseUrl & { kind: 'mysql' }, sql: string): Promise<void> {
  const root = knex({ client: 'mysql2', connection: { host, port, user: 'root' } });
  await root.raw(sql);
  await root.destroy();
}

/** A migrated database and its connection, made before each sentence and removed after it. */
export function withStore(kind: Kind): { db: Knex; url: DatabaseUrl } {
  const store = {} as { db: Knex; url: DatabaseUrl };
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase(kind);
    store.url = database.url;
    store.db = connect(database.url);
    await migrate(store.db);
  });
  afterEach(async () => {
    await store.db.destroy();
    await database.remove();
  });
  return store;
}
