import assert from 'node:assert/strict';
import { pino } from 'pino';
import { Behind } from '../../src/intake/behind.ts';
import { createIntake } from '../../src/intake/intake.ts';
import { Refusals } from '../../src/intake/refusals.ts';
import { Room } from '../../src/intake/room.ts';
import type { Settled, Submission } from '../../src/monitor/submission.ts';

const submission = (name: string): Submission => ({
  identity: { name, key: 'k' },
  ip: null,
  at: 0,
  behindMs: 0,
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
  const intake = createIntake({
    ...{ store, batchesAtOnce: 1 },
    ...{
      unavailability: () => (isAway ? 'the database is away' : undefined),
      log: pino({ level: 'silent' }),
    },
  });
  const submit = (...names: string[]) =>
    Promise.allSettled(names.map((name) => intake.submit(submission(name))));
  return { intake, batches, submit };
}
/** So many that they are worth a commit of their own. */
const many = (name: string) => Array.from({ length: 32 }, (_, index) => `${name}${index}`);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const words = (results: PromiseSettledResult<unknown>[]) =>
  results.map((r) => (r.status === 'fulfilled' ? r.value : r.reason.status));

describe('intake', () => {
  it('stores all that waits as one batch, and what comes meanwhile as the next', async () => {
    const { batches, submit } = intakeOver((names) => names.map(() => 'stored'));
    const first = submit('a', 'b');
    await turn();
    const second = submit('c', 'd');
    assert.deepEqual(words(await first), ['stored', 'stored']);
    assert.deepEqual(words(await second), ['stored', 'stored']);
    assert.deepEqual(batches, ['a b', 'c d']);
  });

  it('gives the database several batches at once, but never two with the same server', async () => {
    const open: { names: string; end(): void }[] = [];
    const store = (batch: Submission[]) =>
      new Promise<Settled[]>((resolve) => {
        const names = batch.map(({ identity }) => identity.name).join(' ');
        open.push({ names, end: () => resolve(batch.map(() => 'stored')) });
      });
    const intake = createIntake({
      ...{ store, batchesAtOnce: 2 },
      ...{ unavailability: () => undefined, log: pino({ level: 'silent' }) },
    });
    const submit = async (...names: string[]) => {
      for (const name of names) void intake.submit(submission(name));
      await turn();
    };
    const names = () => open.map(({ names }) => names);
    await submit('a', 'b');
    await submit('c');
    assert.deepEqual(names(), ['a b'], 'a few are not worth a commit of their own');
    await submit('a', 'a', ...many('d').slice(1));
    const second = `c ${many('d').slice(1).join(' ')}`;
    assert.deepEqual(names(), ['a b', second]);
    await submit(...many('e'));
    assert.deepEqual(names(), ['a b', second], 'no more than two');
    let isSettled = false;
    const settled = intake.settled().then(() => {
      isSettled = true;
    });
    open[1]?.end();
    await turn();
    assert.deepEqual(names(), ['a b', second, many('e').join(' ')], 'a is under way');
    open[0]?.end();
    open[2]?.end();
    while (open.length < 4) await turn();
    assert.equal(names().at(-1), 'a a');
    await submit(...many('f'));
    assert.deepEqual([names().at(-1), isSettled], [many('f').join(' '), false]);
    open[3]?.end();
    await settled; // whatever came later
    assert.equal(intake.waiting(), many('f').length);
  });

  it('lets few gather for a moment after a batch, but not many, nor the first, nor whoever waits until all is settled', async () => {
    const { intake, batches, submit } = intakeOver((names) => names.map(() => 'stored'));
    const first = submit('a');
    await turn();
    assert.deepEqual(batches, ['a'], 'nothing went on');
    await first;
    // On a busy machine the moment may be over before both have come; so it may take some tries.
    for (let tries = 0; batches.at(-1) !== 'b c' && tries < 100; tries++) {
      const few = submit('b');
      await turn();
      const other = submit('c');
      assert.deepEqual(words([...(await few), ...(await other)]), ['stored', 'stored']);
    }
    assert.equal(batches.at(-1), 'b c');
    const crowd = submit(...many('d'));
    await turn();
    assert.equal(batches.at(-1), many('d').join(' '));
    await crowd;
    const urgent = submit('l');
    const settled = intake.settled();
    assert.equal(batches.at(-1), 'l');
    await Promise.all([urgent, settled]);
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
    const intake = createIntake({
      ...{ store, batchesAtOnce: 2 },
      ...{ unavailability: () => undefined, log: pino({ level: 'silent' }) },
    });
    const accepted = Array.from({ length: 10_000 }, () => intake.submit(submission('a')));
    assert.equal(intake.isFull(), true);
    const since = performance.now();
    await assert.rejects(intake.submit(submission('b')), { status: 503, retryAfter: 1 });
    assert.ok(performance.now() - since > 900, 'who tries again at once is slowed down');
    const held = Array.from({ length: 20_000 }, () => intake.refuse().catch(({ status }) => status));
    const isHeld = Promise.race(held).then(() => false);
    const atOnce = intake.refuse().catch(() => true);
    assert.equal(await Promise.race([atOnce, isHeld]), true, 'no more are held back than memory can bear');
    const first = await Promise.all(held.slice(0, 1000)); // the last come ten seconds later
    assert.ok(first.every((status) => status === 503));
    letGo();
    await Promise.all(accepted);
    assert.equal(await intake.submit(submission('b')), 'stored');
    await intake.settled();
    assert.equal(intake.waiting(), 0);
  });
});

describe('refusals', () => {
  it('are told after a second, and no more than two in a millisecond', () => {
    const refusals = new Refusals();
    assert.equal(refusals.hold(0), 1000);
    assert.equal(refusals.hold(0), 1000.5);
    for (let more = 0; more < 9998; more++) refusals.hold(0);
    assert.equal(refusals.hold(2000), 4000);
    assert.equal(refusals.hold(100_000), 1000, 'those before were told long ago');
  });

  it('are not held back when memory could not bear it', () => {
    const refusals = new Refusals();
    const held = Array.from({ length: 20_000 }, () => refusals.hold(0));
    assert.equal(held.at(-1), 1000 + 19_999 / 2);
    assert.equal(refusals.hold(0), undefined);
    refusals.leave();
    assert.equal(refusals.hold(0), 11_000);
  });
});

describe('the room for what waits', () => {
  const enter = (room: Room, posts: number, items: number, now: number) => {
    for (let post = 0; post < posts; post++) room.enter(items, now);
  };
  /** How many POSTs of one item each find room. */
  const fill = (room: Room, now: number) => {
    let posts = 0;
    for (; !room.isFull(now); posts++) room.enter(1, now);
    return posts;
  };
  /** A burst of 20,000 items filled it at 0, and was stored after so many milliseconds. */
  const roomAfter = (ms: number) => {
    const room = new Room();
    enter(room, 10_000, 2, 0);
    room.leave(10_000, 20_000, ms);
    return room;
  };

  it('holds a burst, as much as memory can bear', () => {
    assert.equal(fill(new Room(), 0), 10_000);
    const large = new Room();
    enter(large, 39, 5000, 0);
    assert.equal(large.isFull(0), false);
    enter(large, 1, 5000, 0);
    assert.equal(large.isFull(0), true);
  });

  it('holds after a burst that was too large what is stored within a tenth of a second', () => {
    assert.equal(fill(roomAfter(1000), 1001), 2000);
  });

  it('always holds a few, however slowly they are stored', () => {
    assert.equal(fill(roomAfter(5000), 5001), 500);
  });

  it('holds a burst again when there was room for all for ten seconds', () => {
    assert.equal(fill(roomAfter(5000), 9_999), 500);
    assert.equal(fill(roomAfter(5000), 10_000), 10_000);
    const room = roomAfter(5000);
    room.leave(fill(room, 9_999), 500, 9_999);
    assert.equal(fill(room, 19_998), 500);
  });

  it('is not thought to be small because little comes', () => {
    const room = roomAfter(1000);
    for (let now = 1000; now < 5000; now += 10) {
      enter(room, 10, 1, now);
      room.leave(10, 10, now + 9);
    }
    assert.equal(fill(room, 5000), 2000);
  });

  it('goes by the pace although all that waits is stored together, and comes back together', () => {
    const room = roomAfter(1000);
    for (let now = 1000; now < 5000; now += 200) {
      const posts = fill(room, now);
      assert.equal(posts, 2000);
      room.leave(posts, posts, now + 50);
    }
    assert.equal(fill(room, 5000), 4000); // 40 in a millisecond
  });

  it('is not thought to be larger because several batches end together', () => {
    const room = roomAfter(1000);
    enter(room, 3000, 3, 1000);
    for (let now = 1200; now <= 2000; now += 200)
      for (const posts of [400, 400, 800]) {
        room.leave(posts, posts * 3, now);
        enter(room, posts, 3, now);
      }
    room.leave(3000, 9000, 2000);
    assert.equal(fill(room, 2000), 2040); // the last two of a group count for the next second
  });
});

describe('a collector to which more is sent than it can take', () => {
  /** So many POSTs have waited since 0. */
  const behindWith = (posts: number) => {
    const behind = new Behind();
    for (let waiting = 1; waiting <= posts; waiting++) behind.wait(waiting, 0);
    return behind;
  };

  it('is behind while it is crowded, until it has rested', () => {
    const behind = behindWith(499);
    assert.equal(behind.ms(50), 0);
    behind.wait(500, 60);
    assert.equal(behind.ms(160), 100);
    assert.equal(behind.ms(5060), 5000, 'all wait for the disk');
    for (let now = 5060; now <= 9060; now += 100) {
      behind.wait(50, now); // who is answered has the next one ready
      behind.wait(500, now + 60);
    }
    assert.equal(behind.ms(9120), 9060);
    behind.wait(0, 9120);
    assert.equal(behind.ms(9219), 9159);
    assert.equal(behind.ms(9220), 0);
    behind.wait(500, 20_000);
    assert.equal(behind.ms(20_001), 1, 'anew after a rest');
  });

  it('is behind by little more than the latest was late, and never by more than a minute', () => {
    const behind = behindWith(500);
    behind.hear(200, 400);
    assert.equal(behind.ms(300), 300, 'all that was sent before is here');
    behind.hear(9900, 400);
    assert.equal(behind.ms(10_000), 750);
    behind.hear(9950, 300);
    assert.equal(behind.ms(10_000), 650, 'the one before was later still');
    behind.hear(9940, 370);
    assert.equal(behind.ms(10_000), 670, 'a batch that was stored in less time came later');
    behind.hear(11_000, 0);
    assert.equal(behind.ms(11_100), 350, 'nothing as late came since');
    assert.equal(behind.ms(14_000), 3250, 'nothing came since');
    behind.hear(100_000, 70_000);
    assert.equal(behind.ms(100_000), 60_000);
  });

  it('is behind until whoever was refused has been back', () => {
    const behind = new Behind();
    behind.refuse(0);
    behind.refuse(1000);
    assert.equal(behind.ms(10_999), 10_999);
    assert.equal(behind.ms(11_000), 0);
  });
});
