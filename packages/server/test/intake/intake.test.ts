import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createIntake } from '../../src/intake/intake.ts';
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
    await assert.rejects(intake.submit(submission('b')), { status: 503, retryAfter: 1 });
    letGo();
    await Promise.all(accepted);
    assert.equal(await intake.submit(submission('b')), 'stored');
    await intake.settled();
    assert.equal(intake.waiting(), 0);
  });
});
