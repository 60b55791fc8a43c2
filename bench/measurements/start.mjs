import { openLoop } from '../open-loop.mjs';
import { QUIET_PERIOD_SECONDS, randomRequests } from '../population.mjs';
import { count, ms } from '../row.mjs';
import { withCollector } from '../stage.mjs';

const LIMIT_MS = 5000;
/** What is being written when the collector is killed. */
const LOAD_PER_SECOND = 5000;
const LOAD_SECONDS = 10;

/** Figure 6: how long a start takes until the collector answers, after it was stopped and after it was killed. */
export const start = {
  figure: 6,
  title: 'Start',
  async run(context) {
    const { services } = context;
    const rows = [];
    for (const database of [context.database ?? 'sqlite'])
      await withCollector(
        { database, services, perPost: 1, settings: {}, context },
        async (collector, restart) => {
          const stopped = await restart();
          const seconds = Math.min(context.seconds ?? LOAD_SECONDS, LOAD_SECONDS);
          const request = randomRequests({ services, perPost: 1, period: QUIET_PERIOD_SECONDS });
          await openLoop({ port: stopped.port, rate: LOAD_PER_SECOND, seconds, request });
          const killed = await restart('SIGKILL');
          rows.push(
            row('the first start', collector),
            row('after a stop', stopped),
            row('after kill -9 under load', killed),
          );
        },
      );
    return rows;

    function row(when, { startedInMs }) {
      return {
        what: `listening with ${count(services)} services, ${when} (files cached)`,
        measured: ms(startedInMs),
        target: `< ${LIMIT_MS} ms`,
        met: startedInMs < LIMIT_MS,
      };
    }
  },
};
