import { capacityOf } from '../capacity.mjs';
import { atLeast, count, ms, range } from '../row.mjs';

/** What each way of reporting shall reach, as a share of the yardstick. */
const TARGETS = [
  { database: 'sqlite', keepReports: '0', perPost: 1, share: 0.38 },
  { database: 'sqlite', keepReports: '24h', perPost: 1, share: 0.32 },
  { database: 'mariadb', keepReports: '0', perPost: 1, share: 0.2 },
  { database: 'sqlite', keepReports: '0', perPost: 100, share: 0.25 },
  { database: 'sqlite', keepReports: '24h', perPost: 100, share: 0.18 },
  { database: 'mariadb', keepReports: '0', perPost: 100, share: 0.03 },
];

/** Figure 1: POSTs a second in a closed loop of 64 connections, every answer after its commit. */
export const throughput = {
  figure: 1,
  title: 'Throughput',
  async run(context) {
    const rows = [];
    for (const { share, ...load } of TARGETS.filter(({ database }) => context.takes(database))) {
      const turns = await capacityOf(context, load);
      const { perSecond, yardstickPerSecond, ratio, p99Ms, refused } = turns;
      rows.push({
        what: `${load.database}, keep-reports=${load.keepReports}, ${load.perPost} a POST`,
        measured: `${count(perSecond)} POST/s, p99 ${ms(p99Ms)}, ${range(turns)}${refused > 0 ? `, ${refused} refused` : ''}`,
        yardstick: `${count(yardstickPerSecond)} POST/s`,
        ...atLeast(ratio, share),
      });
    }
    return rows;
  },
};
