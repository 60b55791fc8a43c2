import { unavailable } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Outcome, Settled, Submission } from '../monitor/submission.ts';
import { Room } from './room.ts';

interface Waiting {
  submission: Submission;
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

export interface Intake {
  /** Whether whatever comes now is refused, so that it need not be read. */
  isFull(): boolean;
  /** Resolves when the submission is on disk, or refused for its key. Rejects with HttpError 503 when it cannot be stored now. */
  submit(submission: Submission): Promise<Outcome>;
  /** Resolves when all that was submitted before is on disk or refused. */
  settled(): Promise<void>;
  waiting(): number;
}

export interface IntakeOptions {
  /** Stores a batch; answers for each submission in turn, with an error for what was not stored. Rejects when nothing was. */
  store(batch: Submission[]): Promise<Settled[]>;
  /** Whether an error means that the database is away, so that trying each alone is no use. */
  isUnavailable(error: unknown): boolean;
  log: Log;
}

/**
 * The one queue to the database: all that waits becomes one transaction, and while that is under way the next batch gathers.
 */
export function createIntake({ store, isUnavailable, log }: IntakeOptions): Intake {
  let queue: Waiting[] = [];
  const room = new Room();
  let working: Promise<void> = Promise.resolve();
  let isWorking = false;

  async function work(): Promise<void> {
    await nextTurn();
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      const from = performance.now();
      await storeBatch(batch);
      const items = batch.reduce((sum, { submission }) => sum + itemsOf(submission), 0);
      room.leave(batch.length, items, performance.now() - from);
    }
    isWorking = false;
  }

  async function storeBatch(batch: Waiting[]): Promise<void> {
    const outcomes = await store(batch.map(({ submission }) => submission)).catch((error: Error) =>
      batch.map(() => error),
    );
    const failed: Waiting[] = [];
    let failure: Error | undefined;
    for (const [index, waiting] of batch.entries()) {
      const outcome = outcomes[index] as Settled;
      if (outcome instanceof Error) {
        failed.push(waiting);
        failure = outcome;
      } else waiting.resolve(outcome);
    }
    if (failure) await retryOrReject(failed, failure, batch.length > 1);
  }

  /** Tries each alone, so that one bad submission fails alone; unless that is no use. */
  async function retryOrReject(failed: Waiting[], failure: Error, wereMany: boolean): Promise<void> {
    if (wereMany && !isUnavailable(failure)) {
      for (const one of failed) await storeBatch([one]);
      return;
    }
    log.error({ err: failure }, 'reports could not be stored');
    for (const { reject } of failed)
      reject(unavailable('The database cannot store this now; send it again.'));
  }

  return {
    submit(submission) {
      if (room.isFull()) return Promise.reject(full());
      room.enter(itemsOf(submission));
      return new Promise((resolve, reject) => {
        queue.push({ submission, resolve, reject });
        if (isWorking) return;
        isWorking = true;
        working = work();
      });
    },
    isFull: () => room.isFull(),
    settled: () => working,
    waiting: () => room.posts,
  };
}

/** What is answered while the intake is full. */
export function full(): Error {
  return unavailable('Too much is waiting for the disk; send it again.');
}

function itemsOf({ reports, alerts }: Submission): number {
  return 1 + reports.length + alerts.length;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
