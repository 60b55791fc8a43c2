import { existsSync } from 'node:fs';
import { run } from '@overc/command';

/** Is there where systemd runs the machine. Source: sd_booted(3). */
const BOOTED = '/run/systemd/system';
const BOUNDS = { cwd: '/', timeoutMs: 5000, maxOutputBytes: 1024 * 1024 };

/** Whether systemd runs this machine. */
export function hasSystemd(): boolean {
  return existsSync(BOOTED);
}

/** The services of systemd that run or have failed, without their ending; none where it does not tell. */
export async function startedServices(): Promise<string[]> {
  const which = ['--type=service', '--state=active,activating,failed'];
  const form = ['--plain', '--no-legend', '--no-pager'];
  const { ending, stdout } = await run({ ...BOUNDS, argv: ['systemctl', 'list-units', ...which, ...form] });
  return ending.kind === 'exit' && ending.code === 0 ? parseUnits(stdout) : [];
}

/** The names in what `systemctl list-units` prints, the first word of each line. */
export function parseUnits(output: string): string[] {
  return [...output.matchAll(/^(\S+)\.service\s/gm)].map(([, name]) => name as string);
}
