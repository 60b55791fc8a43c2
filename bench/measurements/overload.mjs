import { capacityOf } from '../capacity.mjs';
import { openLoop } from '../open-loop.mjs';
import { QUIET_PERIOD_SECONDS, randomRequests, statusHalves } from '../population.mjs';
import { count, megabytes, ms } from '../row.mjs';
import { sample } from '../samples.mjs';
import { withCollector } from '../stage.mjs';
import { closedLoop } from '../wrk.mjs';

const SECONDS = 60;
const TIMES_THE_LIMIT = 3;
const AFTERWARDS_SECONDS = 10;
const MOST_P99_MS = 500;
const MOST_MEMORY = 600e6;
/** A closed loop right after the overload reaches this share of what one reached before. */
const FULL_SPEED = 0.9;
/** Each sender has a connection of its own; what finds none of so many free was never sent. */
const CONNECTIONS = 12_000;
/**
 * 100 services a POST, since with one the yardstick itself could not read three times the limit on one core; and one a
 * POST as fast as our own load generator goes.
 */
const LOADS = [
  { perPost: 100, mostPerSecond: 20_000 },
  { perPost: 1, mostPerSecond: 40_000 },
];

/** Figure 7: three times as much as the collector can take. */
export const overload = {
  figure: 7,
  title: 'Overload',
  async run(context) {
    const rows = [];
    for (const load of LOADS) rows.push(...(await measure(context, load)));
    return rows;
  },
};

async function measure(context, { perPost, mostPerSecond }) {
  const { services, seconds = SECONDS, database = 'sqlite' } = context;
  const { perSecond } = await capacityOf(context, { database, keepReports: '0', perPost });
  const rate = Math.min(Math.floor(perSecond * TIMES_THE_LIMIT), mostPerSecond);
  const load = { services, perPost, period: QUIET_PERIOD_SECONDS };
  context.say(`${count(rate)} POST/s of ${perPost} for ${seconds} s`);
  const settings = { 'keep-reports': 0 };
  return withCollector(
    { database, services, perPost: 1, settings, context },
    async ({ port, residentBytes }) => {
      const memory = sample(residentBytes);
      const request = randomRequests(load);
      const flood = { port, rate, seconds, request, connections: CONNECTIONS, giveUp: true };
      const result = await openLoop(flood);
      memory.stop();
      const afterSeconds = Math.min(seconds, AFTERWARDS_SECONDS);
      const after = await closedLoop({ ...statusHalves(load), port, seconds: afterSeconds });
      return rowsOf({ result, memory, perPost, perSecond, after });
    },
  );
}

function rowsOf({ result, memory, perPost, perSecond, after }) {
  const { rate, seconds, sent, statuses, failed, unsent, p99Ms } = result;
  const { 200: stored = 0, 503: refused = 0 } = statuses;
  const others = Object.keys(statuses).filter((status) => status !== '200' && status !== '503');
  const what = `${perPost} a POST, ${count(rate)}/s (${(rate / perSecond).toFixed(1)} × the limit) for ${seconds} s`;
  const speed = after.perSecond / perSecond;
  return [
    {
      what: `${what}: answers`,
      measured: `of ${count(sent)} sent ${count(stored)} stored, ${count(refused)} × 503, ${count(failed)} failed${others.length > 0 ? `, also ${others}` : ''}; ${count(unsent)} found no connection`,
      target: '503 for the excess',
      met: refused > 0 && failed + unsent === 0 && others.length === 0,
    },
    {
      what: `${what}: p99 of the accepted`,
      measured: ms(p99Ms),
      target: `< ${MOST_P99_MS} ms`,
      met: p99Ms < MOST_P99_MS,
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
