import type { PostedAlert } from '@overc/protocol';
import { toIso } from '../clock.ts';
import type { Log } from '../log.ts';
import { type AlertEntry, type Entry, isReport } from '../spool/entry.ts';
import type { Losses } from '../spool/losses.ts';
import type { Sent, Spool } from '../spool/spool.ts';
import type { Client } from './client.ts';
import { CollectorError } from './errors.ts';

/** Answers after which a part of the same POST may be taken. */
const DIVISIBLE = new Set<number | undefined>([400, 413]);

/** What could not be delivered in its time: kept on disk, and sent when the collector is there again. */
export class Backlog {
  readonly spool: Spool;
  readonly #client: Client;
  readonly #log: Log;

  constructor(spool: Spool, client: Client, log: Log) {
    this.spool = spool;
    this.#client = client;
    this.#log = log;
  }

  /** Keeps reports: they are on the disk when this resolves. Rejects with the errors of the file system. */
  keep(entries: Entry[]): Promise<void> {
    return this.spool.add(entries);
  }

  /** Sends the oldest part of what is kept; with the last one goes what had to be dropped. Throws CollectorError. */
  async sendSome(signal?: AbortSignal): Promise<Sent> {
    const sent = await this.spool.sendOldest(async (entries, more, refused) => {
      await this.#send(entries, more, refused, signal);
      this.#log.info(`Sent ${entries.length} reports that were kept${more ? ', more follow' : ''}`);
    });
    if (sent === 'empty') await this.spool.tellLosses((losses) => this.#tell(losses, signal));
    return sent;
  }

  /** Sends what is too much in halves; so is found what the collector will never take. */
  async #send(
    entries: Entry[],
    more: boolean,
    refused: (count: number) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      await this.#post(entries, more, signal);
    } catch (error) {
      if (!(error instanceof CollectorError) || !DIVISIBLE.has(error.status)) throw error;
      const [first] = entries;
      if (entries.length === 1 && first) {
        this.#log.notice(
          `${error.message}; dropped ${isReport(first) ? `a report of ${first.name}` : 'an alert'}`,
        );
        return refused(1);
      }
      const middle = Math.ceil(entries.length / 2);
      await this.#send(entries.slice(0, middle), true, refused, signal);
      await this.#send(entries.slice(middle), more, refused, signal);
    }
  }

  async #post(entries: Entry[], more: boolean, signal?: AbortSignal): Promise<void> {
    const reports = entries.filter(isReport);
    const alerts = entries.filter((entry) => !isReport(entry)) as AlertEntry[];
    if (reports.length > 0) await this.#client.reportLate(reports, more, signal);
    if (alerts.length > 0) await this.#client.alert(alerts.map(lateAlertOf), signal);
  }

  async #tell(losses: Losses, signal?: AbortSignal): Promise<void> {
    const message = `overcli could not keep all reports that it could not deliver: ${describe(losses)}`;
    this.#log.notice(message);
    await this.#client.alert([{ message }], signal);
  }
}

/** The collector raises it when it hears of it, so its text says of when it is. */
function lateAlertOf({ message, service, id, at }: AlertEntry): PostedAlert {
  const text = `${message}\n(of ${toIso(at * 1000)}, could not be delivered then)`;
  return { message: text, id, ...(service !== undefined && { service }) };
}

function describe({ dropped, since, until, damaged, refused }: Losses): string {
  const from = (seconds: number) => toIso(seconds * 1000);
  return [
    dropped > 0 ? `${dropped} of ${from(since)} to ${from(until)} had to make room or were too old` : '',
    damaged > 0 ? `${damaged} lines on the disk were damaged` : '',
    refused > 0 ? `${refused} were refused by the collector` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
}
