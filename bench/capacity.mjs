import { QUIET_PERIOD_SECONDS, statusHalves } from './population.mjs';
import { withCollector, withYardstick } from './stage.mjs';
import { closedLoop } from './wrk.mjs';

const DEFAULT_SECONDS = 8;
const YARDSTICK_SECONDS = 4;
const WARM_UP_SECONDS = 5;
const MOST_WARM_UPS = 12;
/** Warm is who is no longer faster than before by more than this. */
const STILL_FASTER = 1.1;

/**
 * How many POSTs a second a collector takes in a closed loop, beside the yardstick: {perSecond, yardstickPerSecond,
 * ratio, lowestRatio, highestRatio, p99Ms, refused}. Both are measured in turns, so that what else the machine does
 * slows both; the median of the turns counts. Measured once in a run.
 */
export async function capacityOf(context, { database, keepReports, perPost }) {
  const key = JSON.stringify([database, keepReports, perPost]);
  if (!context.capacities.has(key))
    context.capacities.set(key, await measure(context, { database, keepReports, perPost }));
  return context.capacities.get(key);
}

async function measure(context, { database, keepReports, perPost }) {
  const { services, say, seconds } = context;
  const load = statusHalves({ services, perPost, period: QUIET_PERIOD_SECONDS });
  say(`${database}, keep-reports=${keepReports}, ${perPost} a POST: closed loop`);
  const settings = { 'keep-reports': keepReports };
  const turns = await withYardstick((yardstick) =>
    withCollector({ database, services, perPost, settings, context }, async (collector) => {
      await warmUp(collector, load, seconds ?? DEFAULT_SECONDS);
      return takeTurns(context, { yardstick, collector, load });
    }),
  );
  return medianTurn(turns);
}

/** Closed loops of the collector and the yardstick in turns, the collector first: a list of what {@link capacityOf} tells. */
export async function takeTurns({ rounds, seconds: most = DEFAULT_SECONDS }, { yardstick, collector, load }) {
  const seconds = Math.min(most, DEFAULT_SECONDS);
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await closedLoop({ ...load, port: collector.port, seconds });
    const bare = await warmLoop(yardstick, load, Math.min(seconds, YARDSTICK_SECONDS));
    turns.push({
      perSecond: ours.perSecond,
      yardstickPerSecond: bare.perSecond,
      ratio: ours.perSecond / bare.perSecond,
      p99Ms: ours.p99Ms,
      refused: ours.non2xx + ours.failed,
    });
  }
  return turns;
}

/** The turn with the median ratio, the range of ratios, and all that were refused. */
export function medianTurn(turns) {
  const sorted = turns.toSorted((a, b) => a.ratio - b.ratio);
  return {
    ...sorted[Math.floor((sorted.length - 1) / 2)],
    lowestRatio: sorted[0].ratio,
    highestRatio: sorted.at(-1).ratio,
    refused: turns.reduce((sum, { refused }) => sum + refused, 0),
  };
}

/** The share of a collector's limit at which latencies are measured. */
export const THIRD = 1 / 3;

/** A share of what a collector takes in a closed loop, POSTs a second. */
export function rateAt({ perSecond }, share) {
  return Math.max(1, Math.floor(perSecond * share));
}

/** Loads a server until it is no longer faster than a while before: MariaDB has to read a million services first. */
export async function warmUp({ port }, load, seconds) {
  let best = 0;
  for (let loops = 0; loops < MOST_WARM_UPS; loops++) {
    const { perSecond } = await closedLoop({ ...load, port, seconds: Math.min(WARM_UP_SECONDS, seconds) });
    if (perSecond < best * STILL_FASTER) return;
    best = perSecond;
  }
}

/** A closed loop after a short one that warms the server up. */
export function warmLoop({ port }, load, seconds) {
  return afterWarmUp((seconds) => closedLoop({ ...load, port, seconds }), seconds);
}

/** What `loop(seconds)` gives after a short one. */
export async function afterWarmUp(loop, seconds) {
  await loop(1);
  return loop(seconds);
}
