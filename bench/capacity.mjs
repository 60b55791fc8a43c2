import { QUIET_PERIOD_SECONDS, statusHalves } from './population.mjs';
import { withCollector, withYardstick } from './stage.mjs';
import { closedLoop } from './wrk.mjs';

const DEFAULT_SECONDS = 30;
const LONGEST_WARM_UP_SECONDS = 5;

/**
 * How many POSTs a second a collector takes in a closed loop, and the yardstick of the same minute:
 * {perSecond, yardstickPerSecond, p99Ms, refused}. The median of the rounds; measured once in a run.
 */
export async function capacityOf(context, { database, keepReports, perPost }) {
  const key = JSON.stringify([database, keepReports, perPost]);
  if (!context.capacities.has(key)) {
    const rounds = [];
    for (let round = 0; round < context.rounds; round++)
      rounds.push(await measure(context, { database, keepReports, perPost }));
    context.capacities.set(
      key,
      medianBy(rounds, ({ perSecond, yardstickPerSecond }) => perSecond / yardstickPerSecond),
    );
  }
  return context.capacities.get(key);
}

async function measure(context, { database, keepReports, perPost }) {
  const { services } = context;
  const load = statusHalves({ services, perPost, period: QUIET_PERIOD_SECONDS });
  context.say(`${database}, keep-reports=${keepReports}, ${perPost} a POST: closed loop`);
  const seconds = Math.min(context.seconds ?? DEFAULT_SECONDS, DEFAULT_SECONDS);
  const yardstick = await withYardstick((server) => warmLoop(server, load, seconds));
  const settings = { 'keep-reports': keepReports };
  const collector = await withCollector({ database, services, perPost, settings, context }, (server) =>
    warmLoop(server, load, seconds),
  );
  return {
    perSecond: collector.perSecond,
    yardstickPerSecond: yardstick.perSecond,
    p99Ms: collector.p99Ms,
    refused: collector.non2xx + collector.failed,
  };
}

/** A closed loop after a short one that warms the server up. */
export async function warmLoop({ port }, load, seconds) {
  await closedLoop({ ...load, port, seconds: Math.min(LONGEST_WARM_UP_SECONDS, seconds) });
  return closedLoop({ ...load, port, seconds });
}

function medianBy(rows, rank) {
  const sorted = rows.toSorted((a, b) => rank(a) - rank(b));
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
