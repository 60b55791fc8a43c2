import { mayAccess } from '../../runner/access.ts';
import { fromMessage, ok, type Probe } from './finding.ts';

/** Does the monitor understand its file? */
export const settings: Probe = {
  name: 'settings',
  async probe({ file, settings: read, complaints }) {
    if (file === undefined || !(await mayAccess('r', file))) return [];
    if (complaints.length > 0) return complaints.map((complaint) => fromMessage('problem', complaint));
    const count = read?.plugins.length ?? 0;
    return [ok(`the monitor understands them: ${count} service${count === 1 ? '' : 's'}`)];
  },
};
