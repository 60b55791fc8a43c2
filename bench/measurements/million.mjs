import { watchOffline } from '../alerts.mjs';
import { warmLoop } from '../capacity.mjs';
import { execute } from '../database.mjs';
import { openLoop, troubleOf } from '../open-loop.mjs';
import { SERVICE_IN_SQL, statusHalves } from '../population.mjs';
import { inRounds, judge, placeInSql } from '../rounds.mjs';
import { count, megabytes, ms } from '../row.mjs';
import { sample } from '../samples.mjs';
import { withCollector, withYardstick } from '../stage.mjs';

const SECONDS = 600;
const PERIOD_SECONDS = 60;
/** How much earlier than promised each report comes: at 60 s this makes 17,000 a second of a million. */
const EARLY_SECONDS = 1.2;
/** A shortened run shortens the promises too, so that each is kept several times. */
const PERIODS_PER_RUN = 10;
const SHORTEST_PERIOD_SECONDS = 3;
const WATCH_MS = 100;
/** What goes by until the first report comes: the collector starts, and before it the database is prepared. */
const STARTING_MS = 1000;
const PREPARING_MS_PER_SERVICE = 0.007;
const FEW_SERVICES = 1000;
const FEW_SECONDS = 60;
const YARDSTICK_SECONDS = 20;
const LIMIT_SECONDS = 4;
const WARM_UP_SECONDS = 5;
const MOST_MEMORY = 600e6;
const MOST_GROWTH = 1.05;
const MOST_COST = 1.3;

/** Figure 3: each service once in its period, one per POST, for ten minutes. */
export const million = {
  figure: 3,
  title: 'A million services, each once in its period',
  async run(context) {
    const { services, database = 'sqlite', seconds = SECONDS } = context;
    const shortened = Math.max(SHORTEST_PERIOD_SECONDS, Math.floor(seconds / PERIODS_PER_RUN));
    const period = context.period ?? Math.min(PERIOD_SECONDS, shortened);
    const rate = services / (period - EARLY_SECONDS);
    const load = { database, services, period, rate, seconds };
    context.say(`${count(rate)} POST/s for ${seconds} s, period ${period} s`);
    const bare = await yardstick({ ...load, seconds: Math.min(seconds, YARDSTICK_SECONDS) });
    const few = await steady(context, {
      ...load,
      services: FEW_SERVICES,
      seconds: Math.min(seconds, FEW_SECONDS),
    });
    const many = await steady(context, load);
    return [alertsRow(many, bare, period), ...memoryRows(many), costRow(many, few, bare, services)];
  },
};

/** What the yardstick takes for a request of this load, in seconds of processor time, and how many it takes in a closed loop. */
function yardstick(load) {
  return withYardstick(async (server) => {
    const from = server.cpuSeconds();
    const { sent } = await openLoop({ ...load, port: server.port, request: inRounds(load).request });
    const perRequest = (server.cpuSeconds() - from) / sent;
    const { perSecond } = await warmLoop(server, statusHalves({ ...load, perPost: 1 }), LIMIT_SECONDS);
    return { perRequest, perSecond };
  });
}

/** Reports each service in turn, but for the few that stop; tells cost, memory and alerts. */
function steady(context, load) {
  const { database, services, period, rate, seconds } = load;
  const settings = { 'keep-reports': 0 };
  // Registered with a promise of a year, all of them would change it in the first round, at once and at a multiple of the cost.
  const prepare = database === 'sqlite' ? (home) => promise(home, services, period * 1000) : undefined;
  return withCollector({ database, services, perPost: 1, settings, prepare, context }, async (collector) => {
    const rounds = inRounds(load);
    const { request, onAnswer, answered } = rounds;
    const watch = watchOffline(collector.client, WATCH_MS);
    const memory = sample(collector.residentBytes);
    // The first round is not counted: what is known of the services is still being read.
    const firstSeconds = Math.min(Math.max(services / rate, WARM_UP_SECONDS), seconds / 2);
    let from = { cpu: collector.cpuSeconds(), answered: 0 };
    const counting = setTimeout(() => {
      from = { cpu: collector.cpuSeconds(), answered: answered() };
    }, firstSeconds * 1000);

    const result = await openLoop({ port: collector.port, rate, seconds, request, onAnswer });
    const until = Date.now();
    const perReport = (collector.cpuSeconds() - from.cpu) / (answered() - from.answered);
    clearTimeout(counting);
    memory.stop();
    const alerts = judge(await watch.stop(), rounds, period * 1000, until);
    return { result, perReport, memory, alerts };
  });
}

/**
 * Has all of an SQLite database promise to report within `periodMs`, as if they had done so in a round of this load. The
 * collector finds that nobody was listening since, and gives each of them a period from its start.
 */
function promise(home, services, periodMs) {
  const from = Date.now() + STARTING_MS + Math.round(services * PREPARING_MS_PER_SERVICE);
  const place = placeInSql(services, SERVICE_IN_SQL);
  return execute(
    home,
    `
    update services set period_seconds = ${periodMs / 1000};
    update pulses set patience_ms = ${periodMs}, wake_at = ${from} + ${place} * ${periodMs} / ${services}
      from services join servers on servers.id = services.server_id where services.pulse_id = pulses.id;
    update pulses set deadline_at = wake_at;
  `,
  );
}

function alertsRow({ result, alerts }, { perSecond }, period) {
  const { due, missing, late, twice, latestMs } = alerts;
  const trouble = troubleOf(result);
  return {
    what: `alerts at ${count(result.rate)} POST/s, each every ${period} s, for ${result.seconds} s, p99 ${ms(result.p99Ms)}`,
    measured: `of ${due} due ${missing} missing, ${late} late, ${alerts.false} false, ${twice} twice, ${alerts.refused} whose report was refused; latest after ${ms(latestMs)}${trouble && `; ${trouble}`}`,
    yardstick: `${count(perSecond)} POST/s`,
    ratio: result.rate / perSecond,
    target: 'none missing, late (1 s), false or twice',
    met: due > 0 && missing + late + alerts.false + twice === 0 && trouble === '',
  };
}

function memoryRows({ memory }) {
  return [
    {
      what: 'memory, most',
      measured: megabytes(memory.max()),
      target: `< ${megabytes(MOST_MEMORY)}`,
      met: memory.max() < MOST_MEMORY,
    },
    {
      what: 'memory, last quarter against the second',
      measured: `${memory.growth().toFixed(3)} ×`,
      target: `≤ ${MOST_GROWTH} ×`,
      met: memory.growth() <= MOST_GROWTH,
    },
  ];
}

function costRow(many, few, bare, services) {
  const us = (seconds) => `${(seconds * 1e6).toFixed(1)} µs`;
  const share = many.perReport / few.perReport;
  return {
    what: `processor time a report, ${count(services)} services and ${count(FEW_SERVICES)}`,
    measured: `${us(many.perReport)} and ${us(few.perReport)}: ${share.toFixed(2)} ×`,
    yardstick: us(bare.perRequest),
    ratio: many.perReport / bare.perRequest,
    target: `≤ ${MOST_COST} × that of ${count(FEW_SERVICES)}`,
    met: share <= MOST_COST,
  };
}
