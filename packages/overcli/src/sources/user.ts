import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { nameText } from '@overc/protocol';

/** Whom a plugin runs as. */
export interface User {
  name: string;
  uid: number;
  /** Its own group; a plugin gets no others. */
  gid: number;
  home: string;
}

/** Looks a user up by name. Throws an Error that says what would be right, also when we may not run anything as that user. */
export function readUser(text: string): User {
  const user = findUser(nameText(text));
  const own = process.getuid?.();
  if (own !== 0 && own !== user.uid)
    throw new Error(
      `needs a monitor that runs as root, and this one runs as ${userInfo().username}; leave it out`,
    );
  return user;
}

/** Somebody by name or number. The system's own tool is asked, since users may come from elsewhere than /etc/passwd. Format: passwd(5). */
export function findUser(name: string): User {
  let line: string;
  try {
    line = execFileSync('getent', ['passwd', '--', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    throw new Error('must be a user of this machine');
  }
  const [found = name, , uid, gid, , home = '/'] = line.trim().split(':');
  return { name: found, uid: Number(uid), gid: Number(gid), home };
}
