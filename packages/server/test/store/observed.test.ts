import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import type { Stretch } from '../../src/core/observed.ts';
import { insertSpans, type ServiceSpan } from '../../src/store/history.ts';
import { transaction } from '../../src/store/transaction.ts';
import { loadPast } from '../../src/store/views/observed.ts';
import { onBothKinds } from '../support/collector.ts';
import { withStore } from '../support/databases.ts';

const NOW = 1_000_000;

onBothKinds('what was observed of a service', (kind) => {
  const store = withStore(kind);
  const current = (id: number, since: number) => ({
    ...{ id, state: 'OK' as const, silent: false, since, endedAt: null },
  });
  const add = (...spans: ServiceSpan[]) =>
    transaction(store.db, (tx: Knex.Transaction) => insertSpans(tx, spans));
  const span = (
    serviceId: number,
    since: number,
    until: number,
    more: Partial<Stretch> = {},
  ): ServiceSpan => ({
    ...{ serviceId, since, until, state: 'ERR', silent: false, reports: 1, info: 'x'.repeat(2000) },
    ...more,
  });
  const past = (ids: [number, number][], since = 0, options: Parameters<typeof loadPast>[3] = {}) =>
    loadPast(
      store.db,
      ids.map(([id, since]) => current(id, since)),
      { since, until: NOW },
      options,
    );
  const load = async (ids: [number, number][], since = 0, mostSpans?: number) =>
    [...(await past(ids, since, mostSpans === undefined ? {} : { mostSpans })).observed].map(
      ([id, stretches]) => [
        id,
        ...stretches.map(
          ({ state, silent, since, until }) => `${state}${silent ? '?' : ''} ${since}-${until}`,
        ),
      ],
    );

  it('is the span that lasts when none is over', async () => {
    assert.deepEqual(await load([[7, 400]]), [[7, `OK 400-${NOW}`]]);
    assert.deepEqual(await load([]), []);
  });

  it('is each service’s own spans in the range, less the gaps', async () => {
    await add(span(1, 100, 200), span(1, 200, 300, { silent: true }), span(2, 50, 400), span(3, 0, 999));
    await store.db('gaps').insert([{ since: 250, until: 260 }]);
    assert.deepEqual(
      await load(
        [
          [1, 300],
          [2, 400],
        ],
        150,
      ),
      [
        [1, 'ERR 150-200', 'ERR? 200-250', 'ERR? 260-300', `OK 300-${NOW}`],
        [2, 'ERR 150-250', 'ERR 260-400', `OK 400-${NOW}`],
      ],
    );
  });

  it('comes with the newest spans of the first service, of all times, when they are asked for', async () => {
    await add(...Array.from({ length: 5 }, (_, i) => span(1, i * 10, i * 10 + 10)), span(2, 0, 100));
    await store.db('gaps').insert([
      { since: 12, until: 15 },
      { since: 32, until: 35 },
    ]);
    const { spans, gaps, observed } = await past([[1, 50]], 40, { rows: 3 });
    assert.deepEqual(
      spans.map(({ since, until, reports, info }) => [since, until, reports, info.length]),
      [
        [40, 50, 1, 2000],
        [30, 40, 1, 2000],
        [20, 30, 1, 2000],
      ],
    );
    assert.deepEqual(gaps, []);
    assert.equal(observed.get(1)?.length, 2);
    assert.deepEqual((await past([[1, 50]], 30)).gaps, [{ since: 32, until: 35 }]);
  });

  it('does not go further back than the spans that are looked at', async () => {
    await add(...Array.from({ length: 10 }, (_, i) => span(1, i * 10, i * 10 + 10)), span(2, 0, 100));
    assert.deepEqual(
      await load(
        [
          [1, 100],
          [2, 100],
        ],
        0,
        2,
      ),
      [
        [1, 'ERR 80-90', 'ERR 90-100', `OK 100-${NOW}`],
        [2, 'ERR 0-100', `OK 100-${NOW}`],
      ],
    );
  });

  it('takes one query, however many services are asked for, and finds each one’s spans by the index', async () => {
    await add(...Array.from({ length: 400 }, (_, i) => span(i % 20, i * 10, i * 10 + 10)));
    const queries: { sql: string; bindings: Knex.RawBinding[] }[] = [];
    store.db.on('query', (query) => queries.push(query));
    await load(
      Array.from({ length: 50 }, (_, id) => [id, 9000]),
      0,
      5,
    );
    store.db.removeAllListeners('query');
    assert.equal(queries.length, 1);
    const [{ sql, bindings }] = queries as [(typeof queries)[0]];
    const explained = JSON.stringify(
      await store.db.raw(`${kind === 'SQLite' ? 'explain query plan' : 'explain'} ${sql}`, bindings),
    );
    assert.equal(explained.match(/spans_service_id_until_index/g)?.length, kind === 'SQLite' ? 50 : 100); // MariaDB names it as possible, and as used
    assert.doesNotMatch(explained, /TEMP B-TREE|filesort/);
  });
});
