import { span } from '../monitor/table.ts';
import { ok, type Probe, problem, warning } from './finding.ts';

const ADVICE = 'make it (misc/autorun/README.md tells how), or name another in the unit';

/** Does a monitor run for this file, and only one? */
export const monitor: Probe = {
  name: 'monitor',
  probe({ file, settings, monitors, unit, runner }) {
    if (file === undefined || monitors === undefined) return [];
    const [first, second] = monitors;
    if (!first) {
      if (!settings) return []; // none could start
      if (unit?.user !== undefined && !runner)
        return [problem(`${unit.name} runs as ${unit.user}, and there is no such user`, ADVICE)];
      const start = unit ? `systemctl enable --now ${unit.name}` : `overcli monitor ${file}`;
      return [warning(`none runs for ${file}`, `start it: ${start}`)];
    }
    const pids = monitors.map(({ pid }) => pid).join(', ');
    if (second) return [problem(`several run for ${file}: processes ${pids}`, 'end all but one')];
    return [ok(`it runs as process ${pids}, for ${span(first.elapsedSeconds * 1000)}`)];
  },
};
