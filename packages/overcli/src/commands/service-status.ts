import { MAX_PERIOD_SECONDS, nameText, wholeNumber } from '@overc/protocol';
import type { Command } from '../command.ts';
import { readOperand } from '../operands.ts';
import { withClient } from '../report/with-client.ts';
import { requireConnection } from './connection.ts';

export const serviceStatus: Command = {
  summary: "Report one service's state (OK, WARN, ERR or UNK), and promise the next within PERIOD seconds",
  operands: ['PERIOD', 'NAME', 'STATE', '[INFO]'],
  options: ['config'],
  example: "-s 'http://localhost:5000' -i 'localhost:1234' service-status 60 'app' 'OK' 'Runs fine'",

  async call({ operands: [period = '', name = '', state = '', info = ''], flags, surroundings }) {
    const connection = await requireConnection(flags, surroundings.env);
    const periodSeconds = readOperand('PERIOD', wholeNumber(1, MAX_PERIOD_SECONDS), period, '60');
    const service = readOperand('NAME', nameText, name, 'app');
    await withClient(connection, surroundings.log, async (client) => {
      await client.report([{ service, state, info, periodSeconds }]);
      surroundings.log.info(`${service} ${state} sent to ${client.address}`);
    });
  },
};
