import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../state-folder.ts';

/** The crontab of the user who runs this. Throws an Error that says what to do. */
export function readInstalled(): Buffer {
  return crontab(['-l']);
}

/** Puts another one in its place. Throws an Error with what crontab says; then the old one is still there. */
export function install(text: string): void {
  crontab(['-'], text);
}

/** Keeps a crontab, and answers where. */
export function keep(bytes: Buffer, env: NodeJS.ProcessEnv, timestamp: string): string {
  const folder = stateFolder(env);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `crontab-${timestamp}`);
  writeFileSync(file, bytes, { mode: 0o600 });
  return file;
}

function crontab(args: string[], input = ''): Buffer {
  const { error, status, stdout, stderr } = spawnSync('crontab', args, { input });
  if (error && 'code' in error && error.code === 'ENOENT')
    throw new Error('crontab: there is no such program here; name a file: overcli import crontab FILE');
  if (error) throw error;
  if (status === 0) return stdout;
  const why = stderr.toString('utf8').trim() || `exit code ${status}`;
  throw new Error(
    `crontab ${args.join(' ')}: ${why}${args[0] === '-l' ? '; or name a file: overcli import crontab FILE' : ''}`,
  );
}
