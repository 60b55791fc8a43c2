import { writeSync } from 'node:fs';
import type { Cancel, Clock } from '../../clock.ts';
import { endAlike } from '../../job/end-alike.ts';
import { runJob } from '../../job/job.ts';
import { createLog, type Log, oneLine } from '../../log.ts';
import type { Reporting } from '../connection.ts';
import { Courier } from './courier.ts';
import { endReport, startReport, tooLongReport } from './reports.ts';
import { senderOf } from './sender.ts';
import type { RunSettings } from './settings.ts';

export interface RunSurroundings {
  clock: Clock;
  env: NodeJS.ProcessEnv;
  verbosity: number;
}

/** Runs the job and tells the collector, beside it, of its start, of one that lasts too long, and of its end. Answers the exit code. */
export async function runAndReport(
  settings: RunSettings,
  { connection, settings: spool }: Reporting,
  { clock, env, verbosity }: RunSurroundings,
): Promise<number> {
  const prefix = () => clock.timestamp();
  const log = saidOnce(createLog({ write: say, verbosity, prefix }));
  const courier = new Courier(senderOf(connection, spool, { log, clock, env }), clock.wall);
  let cancel: Cancel = () => {};
  const result = await runJob({
    argv: settings.argv,
    isCaptured: !settings.isQuiet,
    timeoutMs: settings.timeoutMs,
    clock,
    onStart: () => {
      courier.post(startReport(settings));
      if (settings.maxMs === undefined) return;
      cancel = clock.after(settings.maxMs, () => courier.post(tooLongReport(settings)));
    },
    onLateSignal: () => courier.abort(),
  });
  cancel();
  if (result.ending.kind === 'not-started') say(`overcli: ${oneLine(result.ending.reason)}\n`);
  for (const trouble of result.troubles) say(`overcli: Cannot pass on what COMMAND prints: ${trouble}\n`);
  await courier.finish(endReport(settings, result));
  return endAlike(result.ending);
}

/** Straight to the descriptor: Node's stream would make what we share with the job one that does not wait. */
function say(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // nobody reads it
  }
}

/** What start and end of a run are both refused for is said once. */
function saidOnce(log: Log): Log {
  const said = new Set<string>();
  const notice = (text: string) => {
    if (!said.has(text)) log.notice(text);
    said.add(text);
  };
  return { ...log, notice };
}
