import type { Command } from '../command.ts';
import { withClient } from '../report/with-client.ts';
import { requireConnection } from './connection.ts';

export const ping: Command = {
  summary: 'Check the way to the collector, and the key',
  operands: [],
  options: ['config'],
  example: "-s 'http://localhost:5000' -i 'localhost:1234' ping",

  async call({ flags, surroundings }) {
    await withClient(await requireConnection(flags, surroundings.env), surroundings.log, async (client) => {
      await client.ping();
      surroundings.out(`pong from ${client.address}\n`);
    });
  },
};
