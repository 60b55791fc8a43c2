import type { Backlog } from './backlog.ts';
import type { Client } from './client.ts';
import { CollectorError, mayBeTakenLater } from './errors.ts';
import { keptEntryOf, type OutgoingReport } from './outgoing.ts';

/** How long a command that has delivered its own goes on with what others kept. */
const KEPT_PATIENCE_MS = 5000;

/**
 * Delivers reports at once; what cannot be delivered now is kept in the backlog, when there is one. What others kept there
 * goes along. Throws CollectorError when the reports are neither delivered nor kept.
 * @param atMs when they were true, UTC ms by this machine's clock
 */
export async function deliver(
  client: Client,
  backlog: Backlog | undefined,
  reports: OutgoingReport[],
  atMs: number,
): Promise<'sent' | 'kept'> {
  try {
    await client.report(reports);
  } catch (error) {
    if (!backlog || !(error instanceof CollectorError) || !mayBeTakenLater(error)) throw error;
    await keep(backlog, reports, atMs, error);
    return 'kept';
  }
  if (backlog) await sendKept(backlog);
  return 'sent';
}

async function keep(
  backlog: Backlog,
  reports: OutgoingReport[],
  atMs: number,
  { message }: CollectorError,
): Promise<void> {
  try {
    await backlog.keep(reports.map((report) => keptEntryOf(report, atMs)));
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
