import type { Connection } from '../../connection.ts';
import { deliver, describeDelivery, messageOf } from '../../report/deliver.ts';
import type { OutgoingReport } from '../../report/outgoing.ts';
import { withClient } from '../../report/with-client.ts';
import type { SpoolSettings } from '../../sources/ini.ts';
import { type Around, backlogFor } from '../backlog.ts';
import type { Send } from './courier.ts';

/**
 * Tells of something that goes on whether that arrives or not. A collector that is away is worth no word to those who did not
 * ask, as what it missed is kept; one that refuses for good is.
 */
export function senderOf(connection: Connection, settings: SpoolSettings, around: Around): Send {
  const { log } = around;
  return async (report, atMs, signal) => {
    try {
      await withClient(connection, log, async (client) => {
        const backlog = backlogFor(connection, settings, client, around);
        const delivery = await deliver(backlog, messageOf(client, [report], atMs), signal);
        log.info(describeDelivery(describe(report), delivery, client, backlog));
      });
    } catch (error) {
      log.notice(`overcli: ${(error as Error).message}`);
    }
  };
}

function describe({ service, state, running }: OutgoingReport): string {
  return `${service} ${running ? 'running' : state}`;
}
