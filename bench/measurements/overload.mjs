import { setTimeout as pause } from 'node:timers/promises';
import { medianTurn, takeTurns, warmUp } from '../capacity.mjs';
import { createPool } from '../connections.mjs';
import { openLoop } from '../open-loop.mjs';
import { QUIET_PERIOD_SECONDS, randomRequests, statusHalves } from '../population.mjs';
import { count, megabytes, ms, range } from '../row.mjs';
import { percentile, sample } from '../samples.mjs';
import { withCollector, withYardstick } from '../stage.mjs';
import { closedLoop } from '../wrk.mjs';

const SECONDS = 60;
const MOST_P99_MS = 500;
const MOST_GROWTH = 1.1;
/** Closed loops after the overload reach this share of what those before did, beside the yardstick; the first, right after it, of the slowest of them. */
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
  const population = { services, perPost, period: QUIET_PERIOD_SECONDS };
  const load = statusHalves(population);
  const settings = { 'keep-reports': 0 };
  return withYardstick((yardstick) =>
    withCollector({ database, services, perPost, settings, context }, async (collector) => {
      context.say(`${perPost} a POST: closed loop`);
      await warmUp(collector, load, seconds);
      const before = await takeTurns(context, { yardstick, collector, load });
      context.say(`${count(SENDERS[perPost])} senders of ${perPost} a POST for ${seconds} s`);
      const overloaded = await measureFlood(collector, population, load, seconds);
      const againMs = await timeToAnswer(collector);
      context.say(`${perPost} a POST: closed loop afterwards`);
      const after = await takeTurns(context, { yardstick, collector, load });
      return rowsOf({ ...overloaded, perPost, before, againMs, after });
    }),
  );
}

/** How long until a page is answered, milliseconds: right after the flood until its connections are closed. */
async function timeToAnswer({ client }) {
  const from = performance.now();
  await client.get('/healthz');
  return performance.now() - from;
}

/** What becomes of the flood, of the probes beside it and of newcomers, and of the memory. */
async function measureFlood({ port, residentBytes }, population, load, seconds) {
  const connections = SENDERS[population.perPost];
  const memory = sample(residentBytes);
  const probesSeconds = PROBES_CONNECTING_SECONDS + seconds;
  const floodSeconds = CONNECTING_SECONDS + probesSeconds + OUTLASTING_SECONDS;
  const request = randomRequests(population);
  const connected = pause(CONNECTING_SECONDS * 1000);
  const [flood, probes, newcomers] = await Promise.all([
    closedLoop({ ...load, port, seconds: floodSeconds, connections }),
    connected.then(() =>
      openLoop({
        ...{ port, rate: PROBES_PER_SECOND, request },
        ...{ seconds, warmUpSeconds: PROBES_CONNECTING_SECONDS },
      }),
    ),
    connected.then(() => comeAnew({ port, seconds: probesSeconds, request })),
  ]);
  memory.stop();
  return { flood, probes, newcomers, memory };
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

function rowsOf({ flood, probes, newcomers, memory, perPost, before, againMs, after }) {
  const [limit, since] = [medianTurn(before), medianTurn(after)];
  const stored = (flood.requests - flood.non2xx) / flood.seconds;
  const { 200: accepted = 0, 503: refused = 0 } = probes.statuses;
  const others = Object.keys(probes.statuses).filter((status) => status !== '200' && status !== '503');
  const what = `${count(SENDERS[perPost])} senders of ${perPost} a POST`;
  const speed = since.ratio / limit.ratio;
  const first = after[0].ratio / limit.ratio;
  const isAtOnce = after[0].ratio >= FULL_SPEED * limit.lowestRatio;
  return [
    {
      what: `${what}: answers`,
      measured: `${count(flood.perSecond)}/s: ${count(stored)} stored (${(stored / limit.perSecond).toFixed(2)} × the limit), the others 503, ${count(flood.failed)} failed`,
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
      what: `${what}: speed before`,
      measured: `${count(limit.perSecond)} POST/s, ${range(limit)}`,
      yardstick: `${count(limit.yardstickPerSecond)} POST/s`,
      ratio: limit.ratio,
    },
    {
      what: `${what}: speed afterwards`,
      measured: `${count(since.perSecond)} POST/s, ${range(since)}; ${speed.toFixed(2)} × of before, ${first.toFixed(2)} × at once, after ${ms(againMs)} in which the flood's connections close`,
      yardstick: `${count(since.yardstickPerSecond)} POST/s`,
      ratio: since.ratio,
      target: `≥ ${FULL_SPEED} × of before`,
      met: speed >= FULL_SPEED && isAtOnce,
    },
  ];
}
