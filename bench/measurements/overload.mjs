import { setTimeout as pause } from 'node:timers/promises';
import { capacityOf } from '../capacity.mjs';
import { openLoop } from '../open-loop.mjs';
import { QUIET_PERIOD_SECONDS, randomRequests, statusHalves } from '../population.mjs';
import { count, megabytes, ms } from '../row.mjs';
import { sample } from '../samples.mjs';
import { withCollector } from '../stage.mjs';
import { closedLoop } from '../wrk.mjs';

const SECONDS = 60;
const AFTERWARDS_SECONDS = 10;
const WARM_UP_SECONDS = 5;
const MOST_P99_MS = 500;
const MOST_MEMORY = 600e6;
/** A closed loop right after the overload reaches this share of what one reached before. */
const FULL_SPEED = 0.9;
/** Senders of the flood, each of which sends the next as soon as it is answered: more than three times what the collector takes within its longest wait. */
const SENDERS = { 1: 12_000, 100: 4000 };
/** Beside the flood, once it is connected, others send at this rate, to see how long it takes them. */
const PROBES_PER_SECOND = 100;
const CONNECTING_SECONDS = 20;
const LOADS = [100, 1];

/** Figure 7: more senders than the collector can take, who never rest. */
export const overload = {
  figure: 7,
  title: 'Overload',
  async run(context) {
    const rows = [];
    for (const perPost of LOADS) rows.push(...(await measure(context, perPost)));
    return rows;
  },
};

async function measure(context, perPost) {
  const { services, seconds = SECONDS, database = 'sqlite' } = context;
  const { perSecond } = await capacityOf(context, { database, keepReports: '0', perPost });
  const load = { services, perPost, period: QUIET_PERIOD_SECONDS };
  context.say(`${count(SENDERS[perPost])} senders of ${perPost} a POST for ${seconds} s`);
  const settings = { 'keep-reports': 0 };
  return withCollector(
    { database, services, perPost, settings, context },
    async ({ port, residentBytes }) => {
      const halves = { ...statusHalves(load), port };
      await closedLoop({ ...halves, seconds: Math.min(seconds, WARM_UP_SECONDS) });
      const memory = sample(residentBytes);
      const [flood, probes] = await Promise.all([
        closedLoop({ ...halves, seconds: CONNECTING_SECONDS + seconds, connections: SENDERS[perPost] }),
        pause(CONNECTING_SECONDS * 1000).then(() =>
          openLoop({ port, rate: PROBES_PER_SECOND, seconds, request: randomRequests(load) }),
        ),
      ]);
      memory.stop();
      const afterSeconds = Math.min(seconds, AFTERWARDS_SECONDS);
      const after = await closedLoop({ ...halves, seconds: afterSeconds });
      return rowsOf({ flood, probes, memory, perPost, perSecond, after });
    },
  );
}

function rowsOf({ flood, probes, memory, perPost, perSecond, after }) {
  const stored = (flood.requests - flood.non2xx) / flood.seconds;
  const { 200: accepted = 0, 503: refused = 0 } = probes.statuses;
  const others = Object.keys(probes.statuses).filter((status) => status !== '200' && status !== '503');
  const what = `${count(SENDERS[perPost])} senders of ${perPost} a POST`;
  const speed = after.perSecond / perSecond;
  return [
    {
      what: `${what}: answers`,
      measured: `${count(flood.perSecond)}/s: ${count(stored)} stored (${(stored / perSecond).toFixed(2)} × the limit), the others 503, ${count(flood.failed)} failed`,
      target: '503 for the excess, none failed',
      met: flood.non2xx > 0 && flood.failed + others.length === 0,
    },
    {
      what: `${what}: p99 of the accepted among ${count(accepted + refused)} probes`,
      measured: `${ms(probes.p99Ms)} of ${count(accepted)}`,
      target: `< ${MOST_P99_MS} ms`,
      met: accepted > 0 && probes.p99Ms < MOST_P99_MS,
    },
    {
      what: `${what}: memory, most; last quarter against the second`,
      measured: `${megabytes(memory.max())}; ${memory.growth().toFixed(2)} ×`,
      target: `< ${megabytes(MOST_MEMORY)}`,
      met: memory.max() < MOST_MEMORY,
    },
    {
      what: `${what}: speed afterwards against before`,
      measured: `${count(after.perSecond)} POST/s: ${speed.toFixed(2)} ×`,
      target: `≥ ${FULL_SPEED} ×`,
      met: speed >= FULL_SPEED,
    },
  ];
}
