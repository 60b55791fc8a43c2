import { type Program, ROOT } from './program.ts';
import type { Scene } from './scene.ts';

/** Shows the processes of the room, puts nothing where the machine has its crontabs, and where cron and faketime note that they run. */
const EMPTY = `
set -e
mount -t proc proc /proc
mount -t tmpfs cron /var/spool/cron
mkdir /var/spool/cron/crontabs
chgrp crontab /var/spool/cron/crontabs
chmod 1730 /var/spool/cron/crontabs
mount -t tmpfs cron /etc/cron.d
mount -t tmpfs cron /run
mount -t tmpfs cron /dev/shm
mount --bind /dev/null /etc/crontab
exec "$@"
`;
/** Two seconds before a minute begins: cron starts its jobs then. */
const JUST_BEFORE = '@2030-01-01 11:59:58';
/** Becomes the cron of the room, to which a minute begins soon. */
export const CRON = `exec faketime -f '${JUST_BEFORE}' cron -f`;

/**
 * Runs a line of the shell in a mount namespace of its own, where cron and crontab(1) are those of Debian and the machine's
 * crontabs are not to be seen; what it starts ends with it. Cron changes to each job's user, so that whoever is not root
 * needs a range of users: /etc/subuid, which Debian fills in when it adds a user.
 */
export function inCronRoom(scene: Scene, line: string, settings: NodeJS.ProcessEnv = {}): Program {
  const ids = process.getuid?.() === 0 ? [] : ['--map-root-user', '--map-auto'];
  const room = ['unshare', ...ids, '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', EMPTY, 'room'];
  const env = {
    ...settings,
    STATE_DIRECTORY: scene.path('state'),
    PATH: `${ROOT}node_modules/.bin:${process.env.PATH}`,
  };
  return scene.run([...room, 'sh', '-ec', line] as unknown as [string, ...string[]], {
    cwd: scene.folder,
    env,
  });
}
