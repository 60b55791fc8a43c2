import type { Knex } from 'knex';
import { exactCollation } from '../store/dialect.ts';

/** Longest subject of a delivery: a server's id, a slash, a service's name. */
const SUBJECT_LENGTH = 280;

/** Each table only if it is not there yet: MariaDB commits every one at once, and a start may be cut short between two. */
export async function up(db: Knex): Promise<void> {
  const collation = await exactCollation(db);
  const exact = (column: Knex.ColumnBuilder) => (collation ? column.collate(collation) : column);
  const create = async (name: string, build: (table: Knex.CreateTableBuilder) => void) => {
    if (await db.schema.hasTable(name)) return;
    await db.schema.createTable(name, (table) => {
      if (collation) table.charset('utf8mb4');
      if (collation) table.collate(collation);
      build(table);
    });
  };

  await create('meta', (table) => {
    table.string('name', 64).primary();
    table.text('value').notNullable();
  });

  await create('servers', (table) => {
    table.bigIncrements('id');
    exact(table.string('name', 255)).notNullable();
    table.string('title', 255);
    table.string('key_hash', 64).notNullable();
    table.string('ip', 64);
    table.bigInteger('seen_at').notNullable();
    table.unique(['name']);
  });

  await create('pulses', (table) => {
    table.bigIncrements('id');
    table.bigInteger('version').notNullable();
    table.integer('members').notNullable();
    table.bigInteger('reported_at').notNullable();
    table.bigInteger('patience_ms').notNullable();
    table.bigInteger('deadline_at').notNullable();
    table.bigInteger('wake_at').index();
    table.bigInteger('reports').notNullable();
    table.text('infos', 'mediumtext').notNullable();
  });

  await create('services', (table) => {
    table.bigIncrements('id');
    table.bigInteger('server_id').notNullable();
    exact(table.string('name', 255)).notNullable();
    table.string('title', 255);
    table.bigInteger('pulse_id').notNullable().index();
    table.integer('slot').notNullable();
    table.bigInteger('left_pulse_id');
    table.integer('left_slot');
    table.bigInteger('left_at');
    table.bigInteger('left_report');
    table.string('state', 4).notNullable();
    table.integer('period_seconds').notNullable();
    table.integer('grace_seconds').notNullable();
    table.boolean('silent').notNullable();
    table.bigInteger('state_since').notNullable();
    table.bigInteger('since').notNullable();
    table.bigInteger('first_report').notNullable();
    table.unique(['server_id', 'name']);
  });

  await create('spans', (table) => {
    table.bigIncrements('id');
    table.bigInteger('service_id').notNullable();
    table.string('state', 4).notNullable();
    table.boolean('silent').notNullable();
    table.bigInteger('since').notNullable();
    table.bigInteger('until').notNullable();
    table.bigInteger('reports').notNullable();
    table.text('info', 'mediumtext').notNullable();
    table.index(['service_id', 'until']);
  });

  await create('reports', (table) => {
    table.bigInteger('at').notNullable();
    table.bigInteger('pulse_id').notNullable();
    table.bigInteger('number').notNullable();
    table.bigInteger('previous_at');
    table.text('states', 'mediumtext').notNullable();
    table.text('infos', 'mediumtext').notNullable();
    table.primary(['at', 'pulse_id', 'number']);
  });

  await create('alerts', (table) => {
    table.bigIncrements('id');
    table.bigInteger('at').notNullable();
    table.bigInteger('server_id');
    exact(table.string('service', 255));
    table.string('kind', 64).notNullable();
    table.text('message', 'mediumtext').notNullable();
    table.string('state', 4);
    table.text('info', 'mediumtext');
    table.index(['at']);
    table.index(['server_id', 'service', 'at']);
  });

  await create('deliveries', (table) => {
    table.bigIncrements('id');
    table.bigInteger('alert_id').notNullable().index();
    exact(table.string('channel', 255)).notNullable();
    exact(table.string('subject', SUBJECT_LENGTH)).notNullable();
    table.string('state', 8).notNullable();
    table.integer('attempts').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('next_at').notNullable();
    table.string('owner', 64);
    table.bigInteger('lease_until');
    table.text('last_error');
    table.bigInteger('done_at');
    table.index(['state', 'channel', 'next_at']);
    table.index(['state', 'channel', 'subject']);
  });

  await create('channels', (table) => {
    exact(table.string('name', 255)).primary();
    table.bigInteger('failing_since');
  });
}
