import assert from 'node:assert/strict';
import { findMostBehind, listCollectors, saveSign } from '../../src/store/collectors.ts';
import { findLastSign, saveLastSign, signAgain } from '../../src/store/gaps.ts';
import { transaction } from '../../src/store/transaction.ts';
import { onBothKinds } from '../support/collector.ts';
import { withStore } from '../support/databases.ts';

const T0 = Date.UTC(2026, 0, 5, 10);
const MOST_MS = 2000;

onBothKinds('a sign of life that goes on', (kind) => {
  const store = withStore(kind);
  const signOf = (aliveAt: number, behindMs = 0) => ({
    ...{ name: 'a', version: '1', startedAt: T0, aliveAt },
    ...{ changes: 0, behindMs },
  });
  const sign = (aliveAt: number) => signAgain(store.db, signOf(aliveAt), MOST_MS);
  const signed = async () => [
    await findLastSign(store.db),
    (await listCollectors(store.db)).map(({ aliveAt }) => aliveAt),
  ];

  it('is written near the last one of any collector, a later one stays, and with neither nothing is', async () => {
    assert.equal(await sign(T0), false, 'there is none to go on from');
    await transaction(store.db, async (tx) => {
      await saveLastSign(tx, T0);
      await saveSign(tx, signOf(T0));
    });
    assert.equal(await sign(T0 + MOST_MS), true);
    assert.deepEqual(await signed(), [T0 + MOST_MS, [T0 + MOST_MS]]);
    assert.equal(await sign(T0 + 2 * MOST_MS + 1), false, 'that is a gap');
    assert.equal(await sign(T0 - 1), false, 'the clock went back');
    assert.deepEqual(await signed(), [T0 + MOST_MS, [T0 + MOST_MS]]);
    assert.equal(await sign(T0 + 1000), true, 'another collector’s clock is ahead');
    assert.deepEqual(await signed(), [T0 + MOST_MS, [T0 + 1000]]);
    const stranger = { ...signOf(T0 + MOST_MS), name: 'b' };
    assert.equal(await signAgain(store.db, stranger, MOST_MS), false, 'it has not signed before');
  });

  it('says how far its collector is behind', async () => {
    await transaction(store.db, async (tx) => {
      await saveLastSign(tx, T0);
      await saveSign(tx, { ...signOf(T0, 300), name: 'b' });
      await saveSign(tx, signOf(T0, 200));
    });
    assert.equal(await findMostBehind(store.db, T0), 300);
    await signAgain(store.db, signOf(T0 + 1000, 1200), MOST_MS);
    assert.equal(await findMostBehind(store.db, T0), 1200);
    assert.equal(await findMostBehind(store.db, T0, 'a'), 300);
    await signAgain(store.db, signOf(T0 + 1001), MOST_MS);
    assert.equal(await findMostBehind(store.db, T0), 300);
    assert.equal(await findMostBehind(store.db, T0 + 1), 0);
    assert.equal(await findMostBehind(store.db, T0 + 9999), 0, 'nobody is there');
  });
});
