import { peers as all } from '../peers/index.mjs';
import { count, ms } from '../row.mjs';

/** Figure 8: the same kind of work against what else is installed, for comparison. */
export const peers = {
  figure: 8,
  title: 'Beside the peers',
  async run(context) {
    const rows = [];
    for (const { name, isInstalled, measure } of Object.values(all)) {
      if (isInstalled() && measure) rows.push(...(await measure(context)).map((row) => rowOf(name, row)));
      else rows.push({ what: name, measured: isInstalled() ? 'not measured yet' : 'not installed' });
    }
    return rows;
  },
};

function rowOf(name, { what, perSecond, p99Ms, refused, yardstickPerSecond }) {
  const trouble = refused > 0 ? `, ${count(refused)} refused` : '';
  return {
    what: `${name}: ${what}`,
    measured: `${count(perSecond)}/s${p99Ms === undefined ? '' : `, p99 ${ms(p99Ms)}`}${trouble}`,
    yardstick: yardstickPerSecond === undefined ? '' : `${count(yardstickPerSecond)} POST/s`,
    ratio: yardstickPerSecond === undefined ? undefined : perSecond / yardstickPerSecond,
  };
}
