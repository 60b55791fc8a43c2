import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../client.mjs';
import { CHECKOUT, removeFolder, temporaryFolder } from '../folders.mjs';
import { JumpingClock } from '../jumping-clock.mjs';
import { bodyOf, SERVICES_PER_SERVER, STATUS_PATH } from '../population.mjs';
import { count } from '../row.mjs';

const SERVERS = 5;
const SERVICES = SERVERS * SERVICES_PER_SERVER;
const DAYS = 30;
/** A shortened run has only as many as it takes to see whether anything grows. */
const FEW_DAYS = 5;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** Each service reports every 10 minutes, and promises a little more. */
const REPORT_MINUTES = 10;
/** The clock goes forward by so much; each job gets one turn in between. */
const STEP_MINUTES = 5;
const PERIOD_SECONDS = 15 * 60;
const REPORTS_A_DAY = DAY_MINUTES / REPORT_MINUTES;
/** Five times a day a changing service fails and recovers. */
const FAILURES_A_DAY = 5;
const BEGIN = Date.UTC(2026, 0, 5);
/** By then as many reports are kept as ever will be. */
const FULL_AFTER_DAYS = 3;
const MOST_BYTES_A_DAY = 2000;
const MOST_BYTES_A_REPORT = 90;
const MOST_GROWTH = 1.05;

/** Figure 5: the SQLite file after a month that passes in minutes, in a collector inside this process. */
export const size = {
  figure: 5,
  title: 'Size on disk',
  services: SERVICES,
  async run(context) {
    if (!context.takes('sqlite')) return [];
    const steady = await month(context, { keepReportsMs: 0 });
    const changing = await month(context, { keepReportsMs: 0, changes: true });
    const keepReportsMs = DAY_MINUTES * MINUTE_MS;
    const kept = await month(context, { keepReportsMs });
    const keptSingly = await month(context, { keepReportsMs, perPost: 1, days: FEW_DAYS });
    return [
      ...dayRows(steady, changing),
      keptRow(`${SERVICES_PER_SERVER} a POST`, kept, steady),
      growthRow(kept),
      keptRow('one a POST', keptSingly, steady),
    ];
  },
};

/** Sizes in bytes of the database after each day of a month. */
async function month(
  { say, seconds },
  { keepReportsMs, changes = false, perPost = SERVICES_PER_SERVER, days = DAYS },
) {
  const { createApp, loadConfig } = await import(join(CHECKOUT, 'packages/server/dist/src/index.js'));
  const { pino } = await import('pino');
  const folder = temporaryFolder();
  const file = join(folder, 'overc.db');
  const clock = new JumpingClock(BEGIN);
  const config = {
    ...loadConfig({}),
    database: { kind: 'sqlite', file },
    secretFile: join(folder, 'overc.secret'),
    listen: { host: '127.0.0.1', port: 0 },
    keepReportsMs,
  };
  const app = createApp(config, { clock, log: pino({ level: 'error' }), signEveryMs: 3_600_000 });
  await app.start();
  const client = createClient(app.http.address().port);
  const sizes = [];
  const lived = seconds === undefined ? days : FEW_DAYS;
  for (let day = 0; day < lived; day++) {
    await liveDay(clock, client, day, { changes, perPost });
    sizes.push(sizeOf(file));
    if ((day + 1) % FEW_DAYS === 0)
      say(`keep ${keepReportsMs / MINUTE_MS} min: ${count(sizes[day])} bytes after day ${day + 1}`);
  }
  client.close();
  await app.stop();
  const stopped = sizeOf(file);
  removeFolder(folder);
  return { sizes, stopped };
}

async function liveDay(clock, client, day, { changes, perPost }) {
  for (let minute = 0; minute < DAY_MINUTES; minute += STEP_MINUTES) {
    await clock.jumpTo(BEGIN + (day * DAY_MINUTES + minute) * MINUTE_MS);
    if (minute % REPORT_MINUTES !== 0) continue;
    const fails = changes && (minute / REPORT_MINUTES) % (REPORTS_A_DAY / FAILURES_A_DAY) < 1;
    await Promise.all(Array.from({ length: SERVERS }, (_, server) => report(client, server, fails, perPost)));
  }
}

async function report(client, server, fails, perPost) {
  const posts = [];
  for (let first = 0; first < SERVICES_PER_SERVER; first += perPost) {
    const body = bodyOf(server, PERIOD_SECONDS, first, perPost);
    if (fails) for (const service of body.services) service.state = 'ERR';
    posts.push(client.post(STATUS_PATH, body));
  }
  await Promise.all(posts);
}

/** The database with all its files, such as the write-ahead log. */
function sizeOf(file) {
  return [file, `${file}-wal`, `${file}-shm`]
    .filter((part) => existsSync(part))
    .reduce((total, part) => total + statSync(part).size, 0);
}

function dayRows(steady, changing) {
  const [steadyBytes, changingBytes] = [steady, changing].map(perServiceAndDay);
  return [
    {
      what: `keep-reports=0, a service that stays OK, a day (${count(perService(steady))} bytes in all)`,
      measured: `${Math.round(steadyBytes)} bytes`,
      target: `< ${count(MOST_BYTES_A_DAY)} bytes`,
      met: steadyBytes < MOST_BYTES_A_DAY,
    },
    {
      what: `keep-reports=0, a service with ${2 * FAILURES_A_DAY} changes a day and their alerts, a day`,
      measured: `${Math.round(changingBytes)} bytes`,
      target: `(< ${count(MOST_BYTES_A_DAY)} bytes)`,
      met: changingBytes < MOST_BYTES_A_DAY,
    },
  ];
}

/** What a service costs at the end of the month. */
function perService({ stopped }) {
  return stopped / SERVICES;
}

/** What a day adds, from the end of the first to the end of the last. */
function perServiceAndDay({ sizes }) {
  return (sizes.at(-1) - sizes[0]) / SERVICES / (sizes.length - 1);
}

function keptRow(how, kept, steady) {
  const bytes = (kept.stopped - steady.stopped) / (SERVICES * REPORTS_A_DAY);
  return {
    what: `keep-reports=24h after ${kept.sizes.length} days, ${how}, a kept report`,
    measured: `${Math.round(bytes)} bytes`,
    target: `< ${MOST_BYTES_A_REPORT} bytes`,
    met: bytes < MOST_BYTES_A_REPORT,
  };
}

function growthRow({ sizes }) {
  const growth = sizes.at(-1) / sizes[FULL_AFTER_DAYS - 1];
  return {
    what: `keep-reports=24h, the file after ${sizes.length} days against after ${FULL_AFTER_DAYS}`,
    measured: `${growth.toFixed(3)} ×`,
    target: `≤ ${MOST_GROWTH} × (shrinks or is reused)`,
    met: growth <= MOST_GROWTH,
  };
}
