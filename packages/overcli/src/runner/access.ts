import { accessSync, constants } from 'node:fs';
import { run } from '@overc/command';
import type { User } from '../sources/user.ts';

const MODES = { r: constants.R_OK, w: constants.W_OK, x: constants.X_OK } as const;
const BOUNDS = { cwd: '/', timeoutMs: 5000, maxOutputBytes: 1000 };

/** Somebody who may or may not touch a file. */
export interface Who extends Pick<User, 'name' | 'uid' | 'gid'> {
  /** A plugin of `user=` has its main group alone, as the monitor gives it no others. */
  mainGroupAlone: boolean;
}

/**
 * Whether somebody may read (r), change (w) or run (x) what lies at `path`; ourselves when nobody is named. The system is
 * asked as that user, since folders on the way and access lists have a say too. True when it is not for us to find out.
 */
export async function mayAccess(right: keyof typeof MODES, path: string, who?: Who): Promise<boolean> {
  const own = process.getuid?.();
  if (who === undefined || who.uid === own) return mayWe(right, path);
  if (own !== 0) return true;
  const test = ['test', `-${right}`, path];
  if (!who.mainGroupAlone) {
    const groups = [`--reuid=${who.uid}`, `--regid=${who.gid}`, '--init-groups'];
    const { ending } = await run({ ...BOUNDS, argv: ['setpriv', ...groups, '--', ...test] });
    if (ending.kind === 'exit') return ending.code === 0;
  }
  const { ending } = await run({ ...BOUNDS, argv: test, uid: who.uid, gid: who.gid });
  return ending.kind === 'exit' && ending.code === 0;
}

export type MayAccess = typeof mayAccess;

/** The same for many questions at one time, of which many are alike: each is asked once. */
export function rememberAccess(): MayAccess {
  const answers = new Map<string, Promise<boolean>>();
  return (right, path, who) => {
    const question = JSON.stringify([right, path, who]);
    const answer = answers.get(question) ?? mayAccess(right, path, who);
    answers.set(question, answer);
    return answer;
  };
}

/** Whether we may ourselves. */
export function mayWe(right: keyof typeof MODES, path: string): boolean {
  try {
    accessSync(path, MODES[right]);
    return true;
  } catch {
    return false;
  }
}
