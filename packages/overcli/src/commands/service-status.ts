import { MAX_PERIOD_SECONDS, nameText, wholeNumber } from '@overc/protocol';
import type { Command } from '../command.ts';
import { readOperand } from '../operands.ts';
import { deliver, describeDelivery, messageOf } from '../report/deliver.ts';
import { withClient } from '../report/with-client.ts';
import { backlogFor } from './backlog.ts';
import { requireReporting } from './connection.ts';

export const serviceStatus: Command = {
  summary: "Report one service's state (OK, WARN, ERR or UNK), and promise the next within PERIOD seconds",
  operands: ['PERIOD', 'NAME', 'STATE', '[INFO]'],
  options: ['keep', 'config'],
  example: "-s 'http://localhost:5000' -i 'localhost:1234' service-status 60 'app' 'OK' 'Runs fine'",

  async call({ operands: [period = '', name = '', state = '', info = ''], flags, surroundings }) {
    const { env, log, clock } = surroundings;
    const { connection, settings } = await requireReporting(flags, env);
    const periodSeconds = readOperand('PERIOD', wholeNumber(1, MAX_PERIOD_SECONDS), period, '60');
    const service = readOperand('NAME', nameText, name, 'app');
    const atMs = clock.wall();
    await withClient(connection, log, async (client) => {
      const backlog = flags.options.keep ? backlogFor(connection, settings, client, surroundings) : undefined;
      const message = messageOf(client, [{ service, state, info, periodSeconds }], atMs);
      log.info(describeDelivery(`${service} ${state}`, await deliver(backlog, message), client, backlog));
    });
  },
};
