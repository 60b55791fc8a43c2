import { nameText, text } from '@overc/protocol';
import type { Command } from '../command.ts';
import { readOperand } from '../operands.ts';
import { withClient } from '../report/with-client.ts';
import { requireConnection } from './connection.ts';

export const alert: Command = {
  summary: 'Raise an alert, about this server or about one of its services',
  operands: ['MESSAGE'],
  options: ['service', 'config'],
  example:
    "-s 'http://localhost:5000' -i 'localhost:1234' alert --service 'app' 'Something bad has happened'",

  async call({ operands: [words = ''], flags, surroundings }) {
    const connection = await requireConnection(flags, surroundings.env);
    const message = readOperand('MESSAGE', text, words, '"Something bad has happened"');
    const about =
      flags.options.service === undefined
        ? {}
        : { service: readOperand('--service', nameText, flags.options.service, 'app') };
    await withClient(connection, surroundings.log, async (client) => {
      await client.alert([{ message, ...about }]);
      surroundings.log.info(`Alert sent to ${client.address}`);
    });
  },
};
