import type { Command, Surroundings } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { readMonitorFile } from '../sources/ini.ts';
import { chooseConnection } from './connection.ts';
import type { Display } from './monitor/display.ts';
import { keepMemorySmall } from './monitor/memory.ts';

export const monitor: Command = {
  summary: 'Run the plugins of CONFIG.ini on their schedule and report what they say, until stopped',
  operands: ['CONFIG.ini'],
  options: ['table', 'no-table'],
  example: "-s 'http://localhost:5000' -i 'localhost:1234' monitor config.ini",

  async call({ operands: [file = ''], flags, surroundings }) {
    keepMemorySmall();
    const read = () => {
      const settings = readMonitorFile(file);
      return { settings, connection: chooseConnection(file, flags, settings) };
    };
    const { Monitor } = await import('./monitor/monitor.ts'); // it loads the HTTP client
    await new Monitor(file, read, surroundings, await displayFor(flags, surroundings)).run();
  },
};

/** A table where standard output is a terminal, unless somebody wants to read the log. */
async function displayFor(
  { options, verbosity }: Flags,
  surroundings: Surroundings,
): Promise<Display | undefined> {
  const { terminal } = surroundings;
  const table = options['no-table'] ? false : options.table;
  if (table && !terminal) throw new UsageError('--table: standard output is no terminal; leave it out');
  if (!terminal || !(table ?? (terminal.canDraw && verbosity === 0))) return undefined;
  const { Display } = await import('./monitor/display.ts'); // nobody else waits for it to load
  return new Display(terminal, verbosity, surroundings);
}
