import type { OutgoingReport } from '../../report/client.ts';

export type Send = (report: OutgoingReport, signal: AbortSignal) => Promise<void>;

/** How long the job's end waits for what was sent before: were it to arrive later than the end, it would be taken for what holds. */
const EARLIER_PATIENCE_MS = 2000;
/** How long we stay for the last report: whoever started the job is waiting. */
const LAST_PATIENCE_MS = 7000;

/** Sends reports one after the other, beside the job, and keeps nobody waiting for long. */
export class Courier {
  readonly #send: Send;
  readonly #giveUp = new AbortController();
  #giveUpEarlier = new AbortController();
  #earlier: Promise<void> = Promise.resolve();

  constructor(send: Send) {
    this.#send = send;
  }

  /** Sends when those before are sent. */
  post(report: OutgoingReport): void {
    const { signal } = this.#giveUpEarlier;
    this.#earlier = this.#earlier.then(() => (signal.aborted ? undefined : this.#send(report, signal)));
  }

  /** Sends the last one. Resolves when that is done, or took too long. */
  async finish(report: OutgoingReport): Promise<void> {
    const patience = setTimeout(() => this.#giveUpEarlier.abort(), EARLIER_PATIENCE_MS);
    await this.#earlier;
    clearTimeout(patience);
    const limit = AbortSignal.timeout(LAST_PATIENCE_MS);
    if (!this.#giveUp.signal.aborted) await this.#send(report, AbortSignal.any([this.#giveUp.signal, limit]));
  }

  /** Gives up whatever is on its way. */
  abort(): void {
    this.#giveUpEarlier.abort();
    this.#giveUp.abort();
  }
}
