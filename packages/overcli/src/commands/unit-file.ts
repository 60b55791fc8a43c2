import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where units are, the one that counts first. Source: systemd.unit(5). */
const FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
const USUAL = /^\/etc\/overc\/monitor(?:-(.+))?\.ini$/;

/** The unit of systemd that runs a monitor's file. */
export interface Unit {
  name: string;
  /** Whom it runs the monitor as. */
  user: string | undefined;
}

/** The installed unit that is for `file`, as our own are called; undefined when there is none. */
export function unitFor(file: string, folders = FOLDERS): Unit | undefined {
  const match = USUAL.exec(resolve(file));
  if (!match) return undefined;
  const [, instance] = match;
  const source = instance === undefined ? 'overcli-monitor.service' : 'overcli-monitor@.service';
  const folder = folders.find((one) => existsSync(join(one, source)));
  if (folder === undefined) return undefined;
  const user = /^User=(.+)$/m.exec(readFileSync(join(folder, source), 'utf8'))?.[1]?.trim();
  return { name: instance === undefined ? 'overcli-monitor' : `overcli-monitor@${instance}`, user };
}
