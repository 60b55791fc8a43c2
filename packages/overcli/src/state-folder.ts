import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where this program keeps what outlasts it: systemd names a folder to a service; otherwise it is the system's for root, and
 * a person's own.
 */
export function stateFolder({ STATE_DIRECTORY, XDG_STATE_HOME }: NodeJS.ProcessEnv): string {
  if (STATE_DIRECTORY) return STATE_DIRECTORY.split(':')[0] as string;
  if (process.getuid?.() === 0) return '/var/lib/overcli';
  return join(XDG_STATE_HOME || join(homedir(), '.local/state'), 'overcli');
}
