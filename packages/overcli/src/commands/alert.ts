import { randomUUID } from 'node:crypto';
import { nameText, text } from '@overc/protocol';
import type { Command } from '../command.ts';
import { readOperand } from '../operands.ts';
import { deliver, describeDelivery } from '../report/deliver.ts';
import { withClient } from '../report/with-client.ts';
import { backlogFor } from './backlog.ts';
import { requireReporting } from './connection.ts';

export const alert: Command = {
  summary: 'Raise an alert, about this server or about one of its services',
  operands: ['MESSAGE'],
  options: ['service', 'keep', 'config'],
  example:
    "-s 'http://localhost:5000' -i 'localhost:1234' alert --service 'app' 'Something bad has happened'",

  async call({ operands: [words = ''], flags, surroundings }) {
    const { env, log, clock } = surroundings;
    const { connection, settings } = await requireReporting(flags, env);
    const message = readOperand('MESSAGE', text, words, '"Something bad has happened"');
    const about =
      flags.options.service === undefined
        ? {}
        : { service: readOperand('--service', nameText, flags.options.service, 'app') };
    const alert = { message, ...about, id: randomUUID() };
    const at = clock.wall() / 1000;
    await withClient(connection, log, async (client) => {
      const backlog = flags.options.keep ? backlogFor(connection, settings, client, surroundings) : undefined;
      const send = (signal?: AbortSignal) => client.alert([alert], signal);
      const delivery = await deliver(backlog, { send, entries: [{ ...alert, at }] });
      log.info(describeDelivery('Alert', delivery, client, backlog));
    });
  },
};
