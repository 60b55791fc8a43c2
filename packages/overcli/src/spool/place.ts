import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stateFolder } from '../state-folder.ts';

const MOST_READABLE = 40;
const HASH_DIGITS = 12;

/** What stands for a spool when there is to be none. */
export const NO_SPOOL = 'none';

/** Where spools are unless somebody says otherwise. */
export function usualFolder(env: NodeJS.ProcessEnv): string {
  return join(stateFolder(env), 'spool');
}

/**
 * The folder within `root` for what one server reports to one collector, so that several monitors can share a root.
 * @param address the collector's first, as it may be shown
 */
export function folderFor(root: string, server: string, address: string): string {
  const readable = server.replace(/[^\w.-]+/g, '_').slice(0, MOST_READABLE);
  const hash = createHash('sha256').update(`${server}\n${address}`).digest('hex').slice(0, HASH_DIGITS);
  return join(root, `${readable}-${hash}`);
}
