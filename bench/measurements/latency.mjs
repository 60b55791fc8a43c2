import { capacityOf, rateAt, THIRD, warmUp } from '../capacity.mjs';
import { openLoop, troubleOf } from '../open-loop.mjs';
import { QUIET_PERIOD_SECONDS, randomRequests, statusHalves } from '../population.mjs';
import { count, ms } from '../row.mjs';
import { withCollector, withYardstick } from '../stage.mjs';

const SECONDS = 600;
const YARDSTICK_SECONDS = 60;
const WARM_UP_SECONDS = 5;
const TARGETS = [
  { database: 'sqlite', p99Ms: 10, p9999Ms: 150 },
  { database: 'mariadb', p99Ms: 15, p9999Ms: 150 },
];

/** Figure 2: latency at a third of the limit, one service per POST, counted from when each request was due. */
export const latency = {
  figure: 2,
  title: 'Latency at a third of the limit',
  async run(context) {
    const rows = [];
    for (const target of TARGETS.filter(({ database }) => context.takes(database)))
      rows.push(...(await measure(context, target)));
    return rows;
  },
};

async function measure(context, { database, p99Ms, p9999Ms }) {
  const { services, seconds = SECONDS, say } = context;
  const capacity = await capacityOf(context, { database, keepReports: '0', perPost: 1 });
  const rate = rateAt(capacity, THIRD);
  const request = randomRequests({ services, perPost: 1, period: QUIET_PERIOD_SECONDS });
  const load = { rate, request, warmUpSeconds: WARM_UP_SECONDS };

  say(`${database}: ${count(rate)} POST/s for ${seconds} s`);
  const bare = await withYardstick(({ port }) =>
    openLoop({ ...load, port, seconds: Math.min(seconds, YARDSTICK_SECONDS) }),
  );
  const settings = { 'keep-reports': 0 };
  const result = await withCollector(
    { database, services, perPost: 1, settings, context },
    async (collector) => {
      await warmUp(collector, statusHalves({ services, perPost: 1, period: QUIET_PERIOD_SECONDS }), seconds);
      return openLoop({ ...load, port: collector.port, seconds });
    },
  );
  const trouble = troubleOf(result);
  const row = (name, key, limit) => ({
    what: `${database}, ${count(rate)} POST/s for ${seconds} s, ${name}`,
    measured: `${ms(result[key])}${trouble && ` (${trouble})`}`,
    yardstick: ms(bare[key]),
    ratio: result[key] / bare[key],
    target: `< ${limit} ms`,
    met: result[key] < limit && trouble === '',
  });
  const rows = [row('p99', 'p99Ms', p99Ms), row('p99.99', 'p9999Ms', p9999Ms)];
  return [
    ...rows,
    { what: `${database}, median and longest`, measured: `${ms(result.p50Ms)}, ${ms(result.maxMs)}` },
  ];
}
