import assert from 'node:assert/strict';
import { listCollectors, saveCollector } from '../../src/store/collectors.ts';
import { findLastSign, saveLastSign, signAgain } from '../../src/store/gaps.ts';
import { transaction } from '../../src/store/transaction.ts';
import { onBothKinds } from '../support/collector.ts';
import { withStore } from '../support/databases.ts';

const T0 = Date.UTC(2026, 0, 5, 10);
const MOST_MS = 2000;

onBothKinds('a sign of life that goes on', (kind) => {
  const store = withStore(kind);
  const collector = (aliveAt: number) => ({ name: 'a', version: '1', startedAt: T0, aliveAt });
  const sign = (aliveAt: number, changes = 0) => signAgain(store.db, collector(aliveAt), changes, MOST_MS);
  const signed = async () => [
    await findLastSign(store.db),
    (await listCollectors(store.db)).map(({ aliveAt }) => aliveAt),
  ];

  it('is written near the last one of any collector, a later one stays, and with neither nothing is', async () => {
    assert.equal(await sign(T0), false, 'there is none to go on from');
    await transaction(store.db, async (tx) => {
      await saveLastSign(tx, T0);
      await saveCollector(tx, collector(T0), 0);
    });
    assert.equal(await sign(T0 + MOST_MS), true);
    assert.deepEqual(await signed(), [T0 + MOST_MS, [T0 + MOST_MS]]);
    assert.equal(await sign(T0 + 2 * MOST_MS + 1), false, 'that is a gap');
    assert.equal(await sign(T0 - 1), false, 'the clock went back');
    assert.deepEqual(await signed(), [T0 + MOST_MS, [T0 + MOST_MS]]);
    assert.equal(await sign(T0 + 1000), true, 'another collector’s clock is ahead');
    assert.deepEqual(await signed(), [T0 + MOST_MS, [T0 + 1000]]);
    const stranger = { ...collector(T0 + MOST_MS), name: 'b' };
    assert.equal(await signAgain(store.db, stranger, 0, MOST_MS), false, 'it has not signed before');
  });
});
