import { createRequire } from 'node:module';
import { openSqlite, type SqliteConnection } from './connection.ts';
import { Sqlite } from './driver.ts';

/** What of Knex's own client for better-sqlite3 is used here. */
interface ClientClass {
  new (
    config: object,
  ): {
    connectionSettings: { filename: string; pragmas: string[] };
    acquireConnection(): Promise<SqliteConnection>;
    releaseConnection(connection: SqliteConnection): Promise<void>;
    _formatBindings(bindings: unknown[] | undefined): unknown[];
  };
}

/** A query as Knex hands it over, and takes it back with its answer. */
interface Query {
  sql: string;
  bindings?: unknown[];
  response?: unknown;
  context?: object;
}

const KnexClient: ClientClass = createRequire(import.meta.url)('knex/lib/dialects/better-sqlite3');

/** Knex's client for better-sqlite3, with its connections in threads of their own (docs/adr/0011). */
export class SqliteClient extends KnexClient {
  private connection: SqliteConnection | undefined;

  _driver(): unknown {
    return Sqlite;
  }

  async acquireRawConnection(): Promise<SqliteConnection> {
    const { filename, pragmas } = this.connectionSettings;
    this.connection = await openSqlite(filename, pragmas);
    return this.connection;
  }

  /** The connection, whoever has acquired it: for a transaction that is one message, which waits in the thread if need be. */
  async opened(): Promise<SqliteConnection> {
    if (!this.connection?.isOpen()) await this.releaseConnection(await this.acquireConnection());
    return this.connection as SqliteConnection;
  }

  validateConnection(connection: SqliteConnection): boolean {
    return connection.isOpen();
  }

  destroyRawConnection(connection: SqliteConnection): Promise<void> {
    return connection.close();
  }

  async _query(connection: SqliteConnection, query: Query): Promise<Query> {
    const response = await connection.query(query.sql, this._formatBindings(query.bindings));
    query.response = response;
    if (!Array.isArray(response)) query.context = { lastID: response.insertId, changes: response.rows };
    return query;
  }
}
