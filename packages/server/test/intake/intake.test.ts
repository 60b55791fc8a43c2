import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createIntake } from '../../src/intake/intake.ts';
import { Room } from '../../src/intake/room.ts';
import type { Settled, Submission } from '../../src/monitor/submission.ts';

const submission = (name: string): Submission => ({
  identity: { name, key: 'k' },
  ip: null,
  at: 0,
  reports: [],
  alerts: [],
});

/** An intake over a database that answers as it is told, and the batches that reached it. */
function intakeOver(answer: (names: string[]) => Settled[], isAway = false) {
  const batches: string[] = [];
  const store = async (batch: Submission[]) => {
    const names = batch.map(({ identity }) => identity.name);
    batches.push(names.join(' '));
    return answer(names);
  };
  const intake = createIntake({ store, isUnavailable: () => isAway, log: pino({ level: 'silent' }) });
  const submit = (...names: string[]) =>
    Promise.allSettled(names.map((name) => intake.submit(submission(name))));
  return { intake, batches, submit };
}
const words = (results: PromiseSettledResult<unknown>[]) =>
  results.map((r) => (r.status === 'fulfilled' ? r.value : r.reason.status));

describe('intake', () => {
  it('stores all that waits as one batch, and what comes meanwhile as the next', async () => {
    const { batches, submit } = intakeOver((names) => names.map(() => 'stored'));
    const first = submit('a', 'b');
    await new Promise((resolve) => setImmediate(resolve));
    const second = submit('c', 'd');
    assert.deepEqual(words(await first), ['stored', 'stored']);
    assert.deepEqual(words(await second), ['stored', 'stored']);
    assert.deepEqual(batches, ['a b', 'c d']);
  });

  it('tries what failed alone, and only that', async () => {
    const { batches, submit } = intakeOver((names) =>
      names.map((name) => (name === 'bad' ? new Error('too odd') : 'stored')),
    );
    assert.deepEqual(words(await submit('a', 'bad', 'b')), ['stored', 503, 'stored']);
    assert.deepEqual(batches, ['a bad b', 'bad']);
  });

  it('does not try again at once when the database is away', async () => {
    const away = () => {
      throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    };
    const { batches, submit } = intakeOver(away, true);
    assert.deepEqual(words(await submit('a', 'b')), [503, 503]);
    assert.deepEqual(batches, ['a b']);
  });

  it('refuses more than it can hold, and takes again when there is room', async () => {
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const store = async (batch: Submission[]): Promise<Settled[]> => {
      await gate;
      return batch.map(() => 'stored');
    };
    const intake = createIntake({ store, isUnavailable: () => false, log: pino({ level: 'silent' }) });
    const accepted = Array.from({ length: 10_000 }, () => intake.submit(submission('a')));
    assert.equal(intake.isFull(), true);
    await assert.rejects(intake.submit(submission('b')), { status: 503, retryAfter: 1 });
    letGo();
    await Promise.all(accepted);
    assert.equal(await intake.submit(submission('b')), 'stored');
    await intake.settled();
    assert.equal(intake.waiting(), 0);
  });
});

describe('the room for what waits', () => {
  const roomWith = (posts: number, items: number, tookMs: number) => {
    const room = new Room();
    enter(room, posts, items);
    room.leave(posts, posts * items, tookMs);
    return room;
  };
  const enter = (room: Room, posts: number, items: number) => {
    for (let post = 0; post < posts; post++) room.enter(items);
  };

  it('holds what is stored within a quarter of a second, going by the pace so far', () => {
    const room = roomWith(2000, 10, 200); // 100 in a millisecond
    enter(room, 2499, 10);
    assert.equal(room.isFull(), false);
    enter(room, 1, 10);
    assert.equal(room.isFull(), true);
  });

  it('always holds a few, and many as long as nobody knows how long they take', () => {
    const slow = roomWith(2000, 10, 20_000);
    enter(slow, 999, 10);
    assert.equal(slow.isFull(), false);
    enter(slow, 1, 10);
    assert.equal(slow.isFull(), true);
    const unknown = roomWith(99, 10, 20_000);
    enter(unknown, 9_999, 10);
    assert.equal(unknown.isFull(), false);
  });

  it('is not thought to be small because a batch was slow, unless they stay so', () => {
    const room = roomWith(2000, 10, 200);
    const slowBatch = () => {
      enter(room, 100, 1);
      room.leave(100, 100, 200);
    };
    slowBatch();
    enter(room, 2000, 10);
    assert.equal(room.isFull(), false);
    room.leave(2000, 20_000, 4000);
    for (let batch = 0; batch < 100; batch++) slowBatch();
    enter(room, 1000, 4);
    assert.equal(room.isFull(), true);
  });

  it('never holds more than memory can bear', () => {
    const room = roomWith(100, 1_000_000, 1);
    enter(room, 40, 5000);
    assert.equal(room.isFull(), true);
  });
});
