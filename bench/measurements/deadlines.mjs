import { setTimeout as pause } from 'node:timers/promises';
import { latestOfflineId, offlineSince, watchOffline } from '../alerts.mjs';
import { capacityOf, rateAt, THIRD } from '../capacity.mjs';
import { openLoop, troubleOf } from '../open-loop.mjs';
import {
  bodyOf,
  QUIET_PERIOD_SECONDS,
  randomRequests,
  SERVICES_PER_SERVER,
  STATUS_PATH,
  serversFor,
} from '../population.mjs';
import { count, ms, percent } from '../row.mjs';
import { percentile } from '../samples.mjs';
import { withCollector } from '../stage.mjs';

const SECONDS = 60;
/** By then V8 has collected, once, what reading the services at the start left behind. */
const SETTLE_SECONDS = 60;
const MOST_IDLE = 0.005;
/** The share of the limit at which missed services must be detected soon. */
const HALF = 1 / 2;

const VICTIM = { name: 'victim', key: 'key-of-victim' };
const VICTIM_EVERY_MS = 50;
const VICTIM_PERIOD_SECONDS = 5;
const WATCH_MS = 20;
/** How long after the last deadline alerts are still looked for. */
const WATCHED_AFTER_MS = 2000;
const MOST_DETECTION_MS = 250;

const FALLING = 100_000;
const MOST_FALLING_MS = 3000;
const MOST_INTAKE_P99_MS = 150;
/** From the first of the reports that fall silent together until they do: time to send them all. */
const FALL_AFTER_MS = 20_000;
/** So long before that the load begins, since it connects first. */
const CONNECTING_MS = 5000;
const AT_ONCE = 16;
/** Each look takes a millisecond of the core that is short of time then. */
const LATEST_POLL_MS = 50;
/** So many answers without a new alert: a single one may have been long on its way. */
const STILL_POLLS = 10;
/** How long to wait for the last alert. */
const FALL_PATIENCE_MS = 60_000;

/** Figure 4: what waiting for a million deadlines costs, and how soon missed ones are told. */
export const deadlines = {
  figure: 4,
  title: 'Deadlines',
  async run(context) {
    const { services, database = 'sqlite' } = context;
    const capacity = await capacityOf(context, { database, keepReports: '0', perPost: 1 });
    const [half, third] = [rateAt(capacity, HALF), rateAt(capacity, THIRD)];
    const falling = Math.min(FALLING, serversFor(services / 2) * SERVICES_PER_SERVER);
    const settings = { 'keep-reports': 0 };
    return withCollector({ database, services, perPost: 1, settings, context }, async (collector) => [
      await idle(context, collector),
      await detection(context, collector, half),
      ...(await fall(context, collector, { falling, rate: third })),
      ...(await fall(context, collector, { falling, first: falling, rate: half })).map(forComparison),
    ]);
  },
};

async function idle({ say, services, seconds = SECONDS }, { cpuSeconds }) {
  say(`idle for ${seconds} s`);
  await pause(SETTLE_SECONDS * 1000);
  const [from, since] = [cpuSeconds(), performance.now()];
  await pause(seconds * 1000);
  const share = (cpuSeconds() - from) / ((performance.now() - since) / 1000);
  return {
    what: `idle with ${count(services)} services, of a core`,
    measured: percent(share),
    target: `< ${percent(MOST_IDLE)}`,
    met: share < MOST_IDLE,
  };
}

/** Services that report once, one after the other, and are missed one after the other, under half load. */
async function detection({ services, say, seconds = SECONDS }, { port, client }, rate) {
  say(`detection at ${count(rate)} POST/s for ${seconds} s`);
  const stopping = new AbortController();
  const request = randomRequests({ services, perPost: 1, period: QUIET_PERIOD_SECONDS });
  const loading = openLoop({ port, rate, seconds: 2 * seconds + 60, request, signal: stopping.signal });
  const watch = watchOffline(client, WATCH_MS);
  await reportVictims(client, Math.floor((seconds * 1000) / VICTIM_EVERY_MS));
  await pause(VICTIM_PERIOD_SECONDS * 1000 + WATCHED_AFTER_MS);
  stopping.abort();
  const result = await loading;
  const seenAt = new Map((await watch.stop()).map((alert) => [alert.service, alert.seenAt]));
  const due = await deadlinesOf(client);
  const lateness = [...due].map(([name, at]) => (seenAt.get(name) ?? Number.POSITIVE_INFINITY) - at);
  const trouble = troubleOf(result);
  const [p50, p99, most] = [50, 99, 100].map((share) => percentile(lateness, share));
  return {
    what: `${due.size} missed at ${count(rate)} POST/s: from the deadline until the alert is read, p50, p99, most`,
    measured: `${ms(p50)}, ${ms(p99)}, ${ms(most)}${trouble && ` (${trouble})`}`,
    target: `p99 < ${MOST_DETECTION_MS} ms`,
    met: p99 < MOST_DETECTION_MS && trouble === '',
  };
}

/** Each victim reports a moment after the one before, whether or not that one has its answer. */
async function reportVictims(client, victims) {
  const posts = [];
  for (let victim = 0; victim < victims; victim++) {
    const report = { name: `victim-${victim}`, state: 'OK', info: 'for the last time' };
    const body = { server: VICTIM, period: VICTIM_PERIOD_SECONDS, services: [report] };
    posts.push(client.post(STATUS_PATH, body));
    await pause(VICTIM_EVERY_MS);
  }
  await Promise.all(posts);
}

/** The victims' deadlines as the collector has them, by service. */
async function deadlinesOf(client) {
  const deadlines = new Map();
  let cursor = '';
  for (;;) {
    const { services, next } = await client.get(`/api/v1/services?server=${VICTIM.name}&limit=1000${cursor}`);
    for (const { name, deadline_at: at } of services) deadlines.set(name, Date.parse(at));
    if (next === undefined) return deadlines;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** Beyond what is wanted. */
function forComparison(row) {
  return { ...row, target: `(${row.target})` };
}

/** Many services, from the `first` on, promise the same second and break their promise, while others report. */
async function fall({ services, say }, { port, client }, { falling, first = 0, rate }) {
  say(`${count(falling)} fall silent in one second, at ${count(rate)} POST/s`);
  const stopping = new AbortController();
  const fallsAt = Date.now() + FALL_AFTER_MS;
  await promiseUntil(client, { falling, first }, fallsAt);
  await pause(Math.max(0, fallsAt - CONNECTING_MS - Date.now()));
  const latencies = [];
  const loading = openLoop({
    port,
    rate,
    seconds: (CONNECTING_MS + FALL_PATIENCE_MS) / 1000,
    request: restOf(services, first + falling),
    onAnswer: (_index, _status, _sentAt, answeredAt, dueAt) =>
      latencies.push({ dueAt: performance.timeOrigin + dueAt, ms: answeredAt - dueAt }),
    signal: stopping.signal,
  });
  const lastSeenAt = await lastAlertSeen(client, fallsAt);
  stopping.abort();
  const trouble = troubleOf(await loading);
  const meanwhile = latencies.filter(({ dueAt }) => dueAt >= fallsAt && dueAt < lastSeenAt);
  const told = (await offlineSince(client, fallsAt)).filter((name) => !name.startsWith(`${VICTIM.name}/`));
  const tookMs = lastSeenAt - fallsAt;
  const p99Ms = percentile(
    meanwhile.map(({ ms }) => ms),
    99,
  );
  return [
    {
      what: `${count(falling)} fall silent in one second at ${count(rate)} POST/s: recorded, from the first deadline`,
      measured: `${count(new Set(told).size)} alerts in ${ms(tookMs)}`,
      target: `all in ${MOST_FALLING_MS} ms`,
      met: told.length === falling && new Set(told).size === falling && tookMs <= MOST_FALLING_MS,
    },
    {
      what: 'meanwhile intake, p99',
      measured: `${ms(p99Ms)}${trouble && ` (${trouble})`}`,
      target: `< ${MOST_INTAKE_P99_MS} ms`,
      met: p99Ms < MOST_INTAKE_P99_MS && trouble === '',
    },
  ];
}

/** Has services promise a report in the second that begins at `fallsAt`: the later sent, the shorter the promise. */
async function promiseUntil(client, { falling, first }, fallsAt) {
  const end = serversFor(first + falling);
  let next = serversFor(first);
  async function one() {
    while (next < end) {
      const server = next++;
      const period = Math.floor((fallsAt + 1000 - Date.now()) / 1000);
      if (period < 3) throw new Error('The reports took too long to fall silent in the same second.');
      await client.post(STATUS_PATH, bodyOf(server, period));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Requests of all servers but those that hold the first `fallen` services; of a new one when there are no others. */
function restOf(services, fallen) {
  const isAll = fallen >= services;
  return randomRequests({
    services: isAll ? SERVICES_PER_SERVER : services - fallen,
    firstServer: isAll ? serversFor(services) : serversFor(fallen),
    perPost: 1,
    period: QUIET_PERIOD_SECONDS,
  });
}

/** When the latest alert's id changed for the last time: after the deadlines' second, and with a second of rest. */
async function lastAlertSeen(client, fallsAt) {
  const end = fallsAt + FALL_PATIENCE_MS - 5000;
  let latest = { id: await latestOfflineId(client), at: Date.now() };
  let unchanged = 0;
  while (Date.now() < end) {
    await pause(LATEST_POLL_MS);
    const id = await latestOfflineId(client);
    const now = Date.now();
    unchanged = id === latest.id ? unchanged + 1 : 0;
    if (unchanged === 0) latest = { id, at: now };
    else if (now > fallsAt + 3000 && now - latest.at > 2000 && unchanged >= STILL_POLLS) break;
  }
  return latest.at;
}
