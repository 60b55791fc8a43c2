import type { Command } from '../command.ts';
import { readMonitorFile } from '../sources/ini.ts';
import { chooseConnection } from './monitor/connection.ts';
import { Monitor } from './monitor/monitor.ts';

export const monitor: Command = {
  summary: 'Run the plugins of CONFIG.ini on their schedule and report what they say, until stopped',
  operands: ['CONFIG.ini'],
  example: "-s 'http://localhost:5000' -i 'localhost:1234' monitor config.ini",

  async call({ operands: [file = ''], flags, surroundings }) {
    const read = () => {
      const settings = readMonitorFile(file);
      return { settings, connection: chooseConnection(file, flags, settings) };
    };
    await new Monitor(file, read, surroundings).run();
  },
};
