import type { Connection } from '../connection.ts';
import type { Log } from '../log.ts';
import type { OutgoingReport } from './client.ts';
import { CollectorError, mayBeTakenLater } from './errors.ts';
import { withClient } from './with-client.ts';

/**
 * Sends reports of something that goes on whether they arrive or not. A collector that is away is worth no word to those
 * who did not ask; one that refuses for good is. Aborting `signal` gives up. Never rejects.
 */
export async function deliver(
  connection: Connection,
  reports: OutgoingReport[],
  log: Log,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await withClient(connection, log, (client) => client.report(reports, signal));
    log.info(`${reports.map(describe).join(', ')} sent`);
  } catch (error) {
    const { message } = error as Error;
    const isAway = error instanceof CollectorError && mayBeTakenLater(error);
    if (isAway) log.info(`${reports.map(describe).join(', ')} not sent: ${message}`);
    else log.notice(`overcli: ${message}`);
  }
}

function describe({ service, state, running }: OutgoingReport): string {
  return `${service} ${running ? 'running' : state}`;
}
