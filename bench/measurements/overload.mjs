import { setTimeout as pause } from 'node:timers/promises';
import { capacityOf } from '../capacity.mjs';
import { createPool } from '../connections.mjs';
import { openLoop } from '../open-loop.mjs';
import { QUIET_PERIOD_SECONDS, randomRequests, statusHalves } from '../population.mjs';
import { count, megabytes, ms } from '../row.mjs';
import { percentile, sample } from '../samples.mjs';
import { withCollector } from '../stage.mjs';
import { closedLoop } from '../wrk.mjs';

const SECONDS = 60;
const AFTERWARDS_SECONDS = 10;
const WARM_UP_SECONDS = 5;
const MOST_P99_MS = 500;
const MOST_GROWTH = 1.1;
/** A closed loop right after the overload reaches this share of what one reached before. */
const FULL_SPEED = 0.9;
/** Senders of the flood, each of which sends the next as soon as it is answered: more than three times what the collector takes within its longest wait. */
const SENDERS = { 1: 12_000, 100: 4000 };
/** Beside the flood, once it is connected, others send at this rate, to see how long it takes them; they connect first. */
const PROBES_PER_SECOND = 100;
const CONNECTING_SECONDS = 20;
const PROBES_CONNECTING_SECONDS = 5;
/** It goes on until they are done: so many connections that close at once are half a second's work. */
const OUTLASTING_SECONDS = 3;
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
      const probesSeconds = PROBES_CONNECTING_SECONDS + seconds;
      const floodSeconds = CONNECTING_SECONDS + probesSeconds + OUTLASTING_SECONDS;
      const request = randomRequests(load);
      const connected = pause(CONNECTING_SECONDS * 1000);
      const [flood, probes, newcomers] = await Promise.all([
        closedLoop({ ...halves, seconds: floodSeconds, connections: SENDERS[perPost] }),
        connected.then(() =>
          openLoop({
            ...{ port, rate: PROBES_PER_SECOND, request },
            ...{ seconds, warmUpSeconds: PROBES_CONNECTING_SECONDS },
          }),
        ),
        connected.then(() => comeAnew({ port, seconds: probesSeconds, request })),
      ]);
      memory.stop();
      const afterSeconds = Math.min(seconds, AFTERWARDS_SECONDS);
      const after = await closedLoop({ ...halves, seconds: afterSeconds });
      return rowsOf({ flood, probes, newcomers, memory, perPost, perSecond, after });
    },
  );
}

/** One after the other, each on a connection of its own: how long until each was answered, milliseconds; infinite when it broke. */
async function comeAnew({ port, seconds, request }) {
  const waits = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until)
    await new Promise((resolve) => {
      const pool = createPool({
        ...{ port, connections: 1 },
        onDone(_, status, sentAt) {
          waits.push(status === undefined ? Number.POSITIVE_INFINITY : performance.now() - sentAt);
          pool.close();
          resolve();
        },
      });
      pool.send(request, 0);
    });
  return waits;
}

function rowsOf({ flood, probes, newcomers, memory, perPost, perSecond, after }) {
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
      what: `${what}: ${count(newcomers.length)} others, each on a new connection, until stored or refused`,
      measured: `half within ${ms(percentile(newcomers, 50))}, nine of ten within ${ms(percentile(newcomers, 90))}`,
    },
    {
      what: `${what}: memory, most; last quarter against the second`,
      measured: `${megabytes(memory.max())}; ${memory.growth().toFixed(2)} ×`,
      target: `does not grow: ≤ ${MOST_GROWTH} ×`,
      met: memory.growth() <= MOST_GROWTH,
    },
    {
      what: `${what}: speed afterwards against before`,
      measured: `${count(after.perSecond)} POST/s: ${speed.toFixed(2)} ×`,
      target: `≥ ${FULL_SPEED} ×`,
      met: speed >= FULL_SPEED,
    },
  ];
}
