import assert from 'node:assert/strict';
import { createChanges } from '../../src/live/changes.ts';
import { eventually } from '../support/eventually.ts';

describe('changes', () => {
  it('are told of at once, and a burst of them once more when it is over', async () => {
    const changes = createChanges();
    let told = 0;
    const end = changes.watch(() => told++);
    for (let change = 0; change < 100; change++) changes.note();
    assert.equal(told, 1);
    await eventually(() => assert.equal(told, 2));
    end();
    await eventually(() => {
      changes.note();
      assert.equal(changes.version(), changes.made());
    });
    assert.equal(told, 2);
    assert.equal(changes.isWatched(), false);
  });

  it('of another collector are told of, but not counted as made here', () => {
    const changes = createChanges();
    let told = 0;
    changes.watch(() => told++);
    changes.noteOther();
    assert.deepEqual([told, changes.version(), changes.made()], [1, 1, 0]);
  });
});
