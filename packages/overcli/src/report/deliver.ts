import type { Entry } from '../spool/entry.ts';
import type { Backlog } from './backlog.ts';
import type { Client } from './client.ts';
import { CollectorError, mayBeTakenLater } from './errors.ts';
import { keptEntryOf, type OutgoingReport } from './outgoing.ts';

/** How long a command that has delivered its own goes on with what others kept. */
const KEPT_PATIENCE_MS = 5000;

const NEVER = new AbortController().signal;

/** What a command has to say: how it is said now, and what is kept of it when that is impossible. */
export interface Message {
  send: (signal?: AbortSignal) => Promise<void>;
  entries: Entry[];
}

/** Reports that were true at a time, UTC ms by this machine's clock. */
export function messageOf(client: Client, reports: OutgoingReport[], atMs: number): Message {
  return {
    send: (signal) => client.report(reports, signal),
    entries: reports.map((report) => keptEntryOf(report, atMs)),
  };
}

/** What became of a message. */
export type Delivery = { kind: 'sent' } | { kind: 'kept'; reason: string };

/**
 * Delivers a message at once; what cannot be delivered now is kept in the backlog, when there is one. What others kept there
 * goes along. Aborting `signal` gives up what is on its way. Throws CollectorError when it is neither delivered nor kept.
 */
export async function deliver(
  backlog: Backlog | undefined,
  { send, entries }: Message,
  signal: AbortSignal = NEVER,
): Promise<Delivery> {
  try {
    await send(signal);
  } catch (error) {
    if (!backlog || !(error instanceof CollectorError) || !mayBeTakenLater(error)) throw error;
    await keep(backlog, entries, error);
    return { kind: 'kept', reason: error.message };
  }
  if (backlog) await sendKept(backlog, signal);
  return { kind: 'sent' };
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
async function sendKept(backlog: Backlog, giveUp: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([giveUp, AbortSignal.timeout(KEPT_PATIENCE_MS)]);
  try {
    while (!signal.aborted && (await backlog.sendSome(signal)) === 'sent');
  } catch {}
}

/** What became of it, for those who want to know (`-v`). */
export function describeDelivery(
  what: string,
  delivery: Delivery,
  client: Client,
  backlog?: Backlog,
): string {
  if (delivery.kind === 'sent') return `${what} sent to ${client.address}`;
  return `${what} kept in ${backlog?.spool.folder}: ${delivery.reason}`;
}
