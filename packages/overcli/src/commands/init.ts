import type { Command } from '../command.ts';

export const init: Command = {
  summary:
    "Ask a few questions, look at this machine and write a monitor's file for it; without CONFIG.ini /etc/overc/monitor.ini, or monitor.ini where that folder is not ours",
  operands: ['[CONFIG.ini]'],
  options: ['yes', 'force'],
  exitCodes: 'Exit codes: 0 the file is written, 1 it is not, 2 used wrongly.',
  example: "init --yes -s 'http://mon.example.com:5000' monitor.ini",

  async call({ operands: [file], flags, surroundings }) {
    const { initialize } = await import('./init/initialize.ts');
    await initialize(file, flags, surroundings);
    return undefined;
  },
};
