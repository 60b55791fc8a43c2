import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { toIso } from '../../clock.ts';
import { mayWe } from '../../runner/access.ts';
import { formatSize } from '../../size.ts';
import { spoolFor } from '../backlog.ts';
import { type Finding, ok, type Probe, problem, warning } from './finding.ts';

/** What waits for longer than this while the collector answers, nobody sends. */
const LONGEST_WAIT_MS = 5 * 60_000;

/** Is there room for what cannot be delivered, and does anything wait? */
export const spool: Probe = {
  name: 'spool',
  async probe({ connection, settings, env, clock, monitors, runner }) {
    if (!connection) return [];
    const kept = spoolFor(connection, settings ?? {}, { clock, env: monitors?.[0]?.env ?? env });
    if (!kept)
      return [
        warning('nothing is kept that cannot be delivered', 'take away spool = none unless that is meant'),
      ];
    const isOurs = !runner || runner.uid === process.getuid?.();
    if (isOurs && !mayWrite(kept.folder))
      return [
        problem(
          `${kept.folder} cannot be written to`,
          'name a folder with spool = that the monitor may write to',
        ),
      ];
    try {
      const { bytes, firstAt } = await kept.stock();
      if (firstAt === undefined) return [ok(`nothing waits in ${kept.folder}`)];
      return [judge(kept.folder, bytes, firstAt, clock.wall())];
    } catch (error) {
      return [
        problem(`${kept.folder} cannot be read: ${(error as Error).message}`, 'see to whom it belongs'),
      ];
    }
  },
};

function judge(folder: string, bytes: number, firstAt: number, now: number): Finding {
  const text = `${formatSize(bytes)} of reports wait in ${folder}, the first of ${toIso(firstAt)}`;
  if (now - firstAt < LONGEST_WAIT_MS) return ok(text);
  return warning(text, 'they go out when a monitor of this file runs and the collector answers');
}

/** Whether it can be written to, or made. */
function mayWrite(folder: string): boolean {
  if (!existsSync(folder)) return dirname(folder) !== folder && mayWrite(dirname(folder));
  return mayWe('w', folder) && mayWe('x', folder);
}
