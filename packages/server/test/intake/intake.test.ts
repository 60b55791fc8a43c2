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
  it('holds what is stored within a quarter of a second, going by the pace so far', () => {
    const room = new Room();
    const enter = (posts: number, items: number) => {
      for (let post = 0; post < posts; post++) room.enter(items);
    };
    enter(1000, 10);
    assert.equal(room.isFull(), false); // nobody knows how long that takes
    room.leave(1000, 10_000, 1000);
    enter(499, 10);
    assert.equal(room.isFull(), false); // few may always wait
    enter(1, 10);
    assert.equal(room.isFull(), true); // 5000 of 10 in a millisecond
    room.leave(500, 5000, 50);
    enter(2499, 10);
    assert.equal(room.isFull(), false); // 100 in a millisecond
    enter(1, 10);
    assert.equal(room.isFull(), true);
  });

  it('is not thought to be small because small batches are slow for their size, unless they stay so', () => {
    const room = new Room();
    room.enter(10_000);
    room.leave(1, 10_000, 100);
    const one = () => {
      room.enter(1);
      room.leave(1, 1, 2);
    };
    one();
    for (let post = 0; post < 10_000 / 2; post++) room.enter(4);
    assert.equal(room.isFull(), false); // 20,000 of nearly 100 in a millisecond
    room.leave(5000, 20_000, 200);
    for (let post = 0; post < 200; post++) one();
    for (let post = 0; post < 500; post++) room.enter(4);
    assert.equal(room.isFull(), true);
  });

  it('never holds more than memory can bear', () => {
    const room = new Room();
    room.enter(1e9);
    room.leave(1, 1e9, 1);
    for (let post = 0; post < 40; post++) room.enter(5000);
    assert.equal(room.isFull(), true);
  });
});
