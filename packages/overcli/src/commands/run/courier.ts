import type { OutgoingReport } from '../../report/outgoing.ts';

/** Delivers a report that was true at a time, UTC ms, or keeps it; at once when the signal has aborted. Never rejects. */
export type Send = (report: OutgoingReport, atMs: number, signal: AbortSignal) => Promise<void>;

/** How long the job's end waits for what was sent before: were it to arrive later than the end, it would be taken for what holds. */
const EARLIER_PATIENCE_MS = 2000;
/** How long we stay for the last report: whoever started the job is waiting. */
const LAST_PATIENCE_MS = 7000;

/** Sends reports one after the other, beside the job, and keeps nobody waiting for long. */
export class Courier {
  readonly #send: Send;
  readonly #now: () => number;
  readonly #giveUp = new AbortController();
  readonly #giveUpEarlier = new AbortController();
  #earlier: Promise<void> = Promise.resolve();

  /** @param now the wall's time, UTC ms */
  constructor(send: Send, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  /** Sends when those before are sent. */
  post(report: OutgoingReport): void {
    const at = this.#now();
    this.#earlier = this.#earlier.then(() => this.#send(report, at, this.#giveUpEarlier.signal));
  }

  /** Sends the last one. Resolves when that is done, or took too long. */
  async finish(report: OutgoingReport): Promise<void> {
    const at = this.#now();
    const patience = setTimeout(() => this.#giveUpEarlier.abort(), EARLIER_PATIENCE_MS);
    await this.#earlier;
    clearTimeout(patience);
    const limit = AbortSignal.timeout(LAST_PATIENCE_MS);
    await this.#send(report, at, AbortSignal.any([this.#giveUp.signal, limit]));
  }

  /** Gives up whatever is on its way. */
  abort(): void {
    this.#giveUpEarlier.abort();
    this.#giveUp.abort();
  }
}
