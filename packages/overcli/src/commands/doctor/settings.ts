import { existsSync } from 'node:fs';
import { fromMessage, ok, type Probe } from './finding.ts';

/** Does the monitor understand its file? */
export const settings: Probe = {
  name: 'settings',
  probe({ file, settings: read, complaints }) {
    if (file === undefined || !existsSync(file)) return [];
    if (complaints.length > 0) return complaints.map((complaint) => fromMessage('problem', complaint));
    const count = read?.plugins.length ?? 0;
    return [ok(`the monitor understands them: ${count} service${count === 1 ? '' : 's'}`)];
  },
};
