import type { Entry } from '../spool/entry.ts';
import type { Backlog } from './backlog.ts';
import type { Client } from './client.ts';
import { CollectorError, mayBeTakenLater } from './errors.ts';
import { keptEntryOf, type OutgoingReport } from './outgoing.ts';

/** How long a command that has delivered its own goes on with what others kept. */
const KEPT_PATIENCE_MS = 5000;

/** What a command has to say: how it is said now, and what is kept of it when that is impossible. */
export interface Message {
  send: () => Promise<void>;
  entries: Entry[];
}

/** Reports that were true at a time, UTC ms by this machine's clock. */
export function messageOf(client: Client, reports: OutgoingReport[], atMs: number): Message {
  return {
    send: () => client.report(reports),
    entries: reports.map((report) => keptEntryOf(report, atMs)),
  };
}

/**
 * Delivers a message at once; what cannot be delivered now is kept in the backlog, when there is one. What others kept there
 * goes along. Throws CollectorError when it is neither delivered nor kept.
 */
export async function deliver(
  backlog: Backlog | undefined,
  { send, entries }: Message,
): Promise<'sent' | 'kept'> {
  try {
    await send();
  } catch (error) {
    if (!backlog || !(error instanceof CollectorError) || !mayBeTakenLater(error)) throw error;
    await keep(backlog, entries, error);
    return 'kept';
  }
  if (backlog) await sendKept(backlog);
  return 'sent';
}

async function keep(backlog: Backlog, entries: Entry[], { message }: CollectorError): Promise<void> {
  try {
    await backlog.keep(entries);
  } catch (error) {
    throw new CollectorError(
      `${message}; and it cannot be kept in ${backlog.spool.folder}: ${(error as Error).message}`,
    );
  }
}

/** Whether that works is for the next one to say: our own is delivered. */
async function sendKept(backlog: Backlog): Promise<void> {
  const signal = AbortSignal.timeout(KEPT_PATIENCE_MS);
  try {
    while (!signal.aborted && (await backlog.sendSome(signal)) === 'sent');
  } catch {}
}
