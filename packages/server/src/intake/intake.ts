import { unavailable } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Outcome, Submission } from '../monitor/submission.ts';

/** Submissions that may wait for the disk at once; more are refused at the door. */
const MOST_WAITING = 10_000;

interface Waiting {
  submission: Submission;
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

export interface Intake {
  /** Resolves when the submission is on disk, or refused for its key. Rejects with HttpError 503 when it cannot be stored now. */
  submit(submission: Submission): Promise<Outcome>;
  /** Resolves when all that was submitted before is on disk or refused. */
  settled(): Promise<void>;
  waiting(): number;
}

export interface IntakeOptions {
  /** Stores a batch in one transaction; answers for each submission in turn. */
  store(batch: Submission[]): Promise<Outcome[]>;
  /** Whether an error means that the database is away, so that trying each alone is no use. */
  isUnavailable(error: unknown): boolean;
  log: Log;
}

/**
 * The one queue to the database: all that waits becomes one transaction, and while that is under way the next batch gathers.
 */
export function createIntake({ store, isUnavailable, log }: IntakeOptions): Intake {
  let queue: Waiting[] = [];
  let inTransaction = 0;
  let working: Promise<void> = Promise.resolve();
  let isWorking = false;

  async function work(): Promise<void> {
    await nextTurn();
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      inTransaction = batch.length;
      await storeBatch(batch);
      inTransaction = 0;
    }
    isWorking = false;
  }

  async function storeBatch(batch: Waiting[]): Promise<void> {
    try {
      const outcomes = await store(batch.map(({ submission }) => submission));
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] as Outcome);
    } catch (error) {
      if (batch.length > 1 && !isUnavailable(error)) {
        for (const one of batch) await storeBatch([one]); // so that one bad submission fails alone
        return;
      }
      log.error({ err: error }, 'reports could not be stored');
      for (const { reject } of batch)
        reject(unavailable('The database cannot store this now; send it again.'));
    }
  }

  return {
    submit(submission) {
      if (queue.length + inTransaction >= MOST_WAITING)
        return Promise.reject(unavailable('Too much is waiting for the disk; send it again.'));
      return new Promise((resolve, reject) => {
        queue.push({ submission, resolve, reject });
        if (isWorking) return;
        isWorking = true;
        working = work();
      });
    },
    settled: () => working,
    waiting: () => queue.length + inTransaction,
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
