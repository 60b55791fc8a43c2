import { setTimeout as pause } from 'node:timers/promises';
import { unavailable } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Outcome, Settled, Submission } from '../monitor/submission.ts';
import { Behind } from './behind.ts';
import { Refusals } from './refusals.ts';
import { Room } from './room.ts';

interface Waiting {
  /** Ascends in the order in which they came. */
  number: number;
  submission: Submission;
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

/** Fewer POSTs wait a moment for others: what comes singly costs several times as much. */
const WORTH_A_COMMIT = 32;
/** From the beginning of a batch until one of fewer begins, milliseconds. Whoever reports while nothing goes on does not wait. */
const MOMENT_MS = 2;

/** One for all: where each was made says nothing, and noting it takes time when there is none. */
const TOO_MUCH_WAITS = unavailable('Too much is waiting for the disk; send it again.');

export interface Intake {
  /** Whether whatever comes now is refused, so that it need not be read. */
  isFull(): boolean;
  /** Rejects with HttpError 503 for too much that waits, after a pause. */
  refuse(): Promise<never>;
  /** Resolves when the submission is on disk, or refused for its key. Rejects with HttpError 503 when it cannot be stored now. */
  submit(submission: Submission): Promise<Outcome>;
  /** Resolves when all that was submitted before is on disk or refused. */
  settled(): Promise<void>;
  waiting(): number;
  /** What was sent within so many milliseconds may not be here yet, as more is sent than can be taken; 0: it is here. */
  behindMs(): number;
  /** To be told while a batch is stored by how many milliseconds its latest report was late; 0: none was. */
  noteLate(ms: number): void;
  /** Why the last batch could not be stored, as a clause; undefined when it could. */
  problem(): string | undefined;
}

export interface IntakeOptions {
  /** Stores a batch; answers for each submission in turn, with an error for what was not stored. Rejects when nothing was. */
  store(batch: Submission[]): Promise<Settled[]>;
  /** So many batches are given to it at once. */
  batchesAtOnce: number;
  /** What is wrong with the database, when an error says so: then trying each alone is no use. */
  unavailability(error: unknown): string | undefined;
  log: Log;
}

/**
 * The one queue to the database: all that comes in a turn of the event loop becomes one batch, and while as many are
 * under way as it takes, or the last began a moment ago, the next gathers. A server's submissions are never in two at
 * once, so that their order is kept.
 */
export function createIntake({ store, batchesAtOnce, unavailability, log }: IntakeOptions): Intake {
  let queue: Waiting[] = [];
  let lastNumber = 0;
  const room = new Room();
  const behind = new Behind();
  /** By the number of its first submission, until when each batch is under way. */
  const underWay = new Map<number, Promise<void>>();
  const busyServers = new Set<string>();
  let beganAt = Number.NEGATIVE_INFINITY;
  let isPlanned = false;
  let later: NodeJS.Timeout | undefined;
  /** What has been noted of batches that are under way. */
  let lateMs: number | undefined;
  const refusals = new Refusals();
  let problem: string | undefined;

  async function refuse(): Promise<never> {
    const now = performance.now();
    behind.refuse(now);
    const ms = refusals.hold(now);
    if (ms !== undefined) {
      await pause(ms);
      refusals.leave();
    }
    throw TOO_MUCH_WAITS;
  }

  /** One batch is under way at a time; another beside it, or right after it, only if it is worth a commit. */
  function mayBegin(): boolean {
    if (queue.length >= WORTH_A_COMMIT) return underWay.size < batchesAtOnce;
    return underWay.size === 0 && performance.now() - beganAt >= MOMENT_MS;
  }

  /** Begins what waits: when this turn of the event loop is over, or in a moment. */
  function plan(): void {
    if (isPlanned) return;
    if (mayBegin()) {
      isPlanned = true;
      setImmediate(begin);
    } else if (underWay.size === 0) later ??= setTimeout(begin, MOMENT_MS);
  }

  function begin(): void {
    isPlanned = false;
    clearTimeout(later);
    later = undefined;
    while (mayBegin() && beginOne());
    if (queue.length > 0 && underWay.size === 0) plan(); // or whoever ends first begins the next
  }

  /** Returns whether there was anything that may begin. */
  function beginOne(): boolean {
    const batch = takeBatch();
    const [first] = batch;
    if (!first) return false;
    beganAt = performance.now();
    underWay.set(first.number, finish(first.number, batch));
    return true;
  }

  function takeBatch(): Waiting[] {
    const isFree = ({ submission }: Waiting) => !busyServers.has(submission.identity.name);
    const batch = queue.filter(isFree);
    queue = batch.length === queue.length ? [] : queue.filter((waiting) => !isFree(waiting));
    for (const { submission } of batch) busyServers.add(submission.identity.name);
    return batch;
  }

  async function finish(number: number, batch: Waiting[]): Promise<void> {
    const gatheredAt = beganAt;
    await storeBatch(batch);
    if (lateMs !== undefined) behind.hear(gatheredAt, lateMs);
    lateMs = undefined;
    underWay.delete(number);
    for (const { submission } of batch) busyServers.delete(submission.identity.name);
    const items = batch.reduce((sum, { submission }) => sum + itemsOf(submission), 0);
    const now = performance.now();
    room.leave(batch.length, items, now);
    behind.wait(room.posts, now);
    begin();
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
    else note(undefined);
  }

  /** Says so once when reports cannot be stored, and once when they can again. */
  function note(found: string | undefined, err?: Error): void {
    if (found === problem) return;
    if (found === undefined) log.info('reports are stored again');
    else log.error({ err }, `reports cannot be stored: ${found}`);
    problem = found;
  }

  /** Tries each alone, so that one bad submission fails alone; unless that is no use. */
  async function retryOrReject(failed: Waiting[], failure: Error, wereMany: boolean): Promise<void> {
    const found = unavailability(failure);
    if (found === undefined && wereMany) {
      for (const one of failed) await storeBatch([one]);
      return;
    }
    if (found === undefined) log.error({ err: failure }, 'a report could not be stored');
    else note(found, failure);
    const why = found ?? 'the database cannot store this';
    for (const { reject } of failed) reject(unavailable(`It is not stored: ${why}; send it again.`));
  }

  return {
    submit(submission) {
      const now = performance.now();
      if (room.isFull(now)) return refuse();
      room.enter(itemsOf(submission), now);
      behind.wait(room.posts, now);
      return new Promise((resolve, reject) => {
        queue.push({ number: ++lastNumber, submission, resolve, reject });
        plan();
      });
    },
    isFull: () => room.isFull(performance.now()),
    refuse,
    async settled() {
      const last = lastNumber;
      const oldest = () => Math.min(...underWay.keys(), queue[0]?.number ?? Number.POSITIVE_INFINITY);
      while (oldest() <= last) {
        if (underWay.size === 0) beginOne();
        await Promise.race(underWay.values());
      }
    },
    waiting: () => room.posts,
    behindMs: () => behind.ms(performance.now()),
    noteLate(ms) {
      lateMs = Math.max(ms, lateMs ?? 0);
    },
    problem: () => problem,
  };
}

function itemsOf({ reports, alerts }: Submission): number {
  return 1 + reports.length + alerts.length;
}
