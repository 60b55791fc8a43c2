import type { Command } from '../command.ts';
import { requireReporting } from './connection.ts';
import { readRunSettings } from './run/settings.ts';

export const run: Command = {
  summary: 'Run COMMAND, such as a cron job, as it would run without this, and report how it went',
  operands: ['COMMAND...'],
  options: ['service', 'title', 'period', 'grace', 'timeout', 'min', 'max', 'quiet', 'config'],
  exitCodes:
    "Exit codes: COMMAND's own; 127 when it is not found, 126 when it cannot be executed, 2 used wrongly, and then COMMAND is not run.",
  example: '-c /etc/overc/monitor.ini run --service backup --max 2h -- /usr/local/bin/backup.sh --full',

  async call({ operands, flags, surroundings: { env, clock } }) {
    const settings = readRunSettings(operands, flags);
    const reporting = await requireReporting(flags, env);
    const { runAndReport } = await import('./run/run-and-report.ts');
    return runAndReport(settings, reporting, { clock, env, verbosity: flags.verbosity });
  },
};
