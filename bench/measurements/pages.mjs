import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createClient } from '../client.mjs';
import { execute } from '../database.mjs';
import { openLoop } from '../open-loop.mjs';
import {
  bodyOf,
  QUIET_PERIOD_SECONDS,
  randomRequests,
  SERVICES_PER_SERVER,
  STATUS_PATH,
} from '../population.mjs';
import { cpuSeconds } from '../processes.mjs';
import { count, ms, percent } from '../row.mjs';
import { percentile } from '../samples.mjs';
import { withCollector } from '../stage.mjs';

const SERVICES = 100_000;
const SPANS_PER_SERVICE = 12;
const TROUBLED_SHARE = 400;
const LOOKS = 200;
const MEDIAN_MS = 50;
const P99_MS = 150;

const OPEN_PAGES = 500;
const LOAD_PER_SECOND = 3000;
const LOAD_SECONDS = 20;
const LOAD_SERVICES = 10_000;
const AT_ONCE = 64;
const TURNS = 5;
const SETTLE_MS = 2000;
const CHANGE_EVERY_MS = 5000;
const MOST_ADDED = 0.2;

const MOST_FIRST_VISIT_KB = 250;
const QUIET_SECONDS = 60;
const MOST_QUIET_KB = 100;

/** The pages of a collector with 100,000 services and a year of history, on SQLite. */
export const pages = {
  title: 'Pages',
  async run(context) {
    const options = {
      database: 'sqlite',
      services: SERVICES,
      perPost: 100,
      settings: { 'keep-reports': 0 },
      context,
    };
    return withCollector(options, async (collector, restart) => {
      await writeHistory(collector.home);
      const running = await restart();
      const base = `http://127.0.0.1:${running.port}`;
      return [
        ...(await looks(base)),
        await firstVisit(base),
        await quietMinute(base),
        await openPages(running, base),
      ];
    });
  },
};

/** A year of changes for every service, and trouble with some of them. */
async function writeHistory(home) {
  const now = Date.now();
  const step = 30 * 86_400_000;
  await execute(
    home,
    `
    begin;
    insert into spans (service_id, state, silent, since, until, reports, info)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${SPANS_PER_SERVICE})
      select id, case i % 3 when 0 then 'ERR' when 1 then 'OK' else 'WARN' end, 0,
        ${now} - (${SPANS_PER_SERVICE + 1} - i) * ${step}, ${now} - (${SPANS_PER_SERVICE} - i) * ${step}, 40000, 'load average'
      from services, n;
    insert into alerts (at, server_id, service, kind, message, state, info)
      select p.since, s.server_id, s.name, 'service:state/' || p.state, 'State changed', p.state, p.info
      from spans p join services s on s.id = p.service_id order by p.since;
    update services set state = 'ERR' where id % ${TROUBLED_SHARE} = 0;
    commit;`,
  );
}

async function looks(base) {
  const any = () => randomInt(1, SERVICES);
  const kinds = {
    overview: (look) => `/?look=${look}`, // another address each time, so that none is made once for many
    'a service': (look) => `/services/${any()}?look=${look}`,
    'a server': (look) => `/servers/${randomInt(1, SERVICES / 100)}?look=${look}`,
    'a search': (look) => `/?q=server-00${any() % 1000}&look=${look}`,
    alerts: (look) => `/alerts?look=${look}`,
  };
  const rows = [];
  for (const [name, path] of Object.entries(kinds)) {
    const took = [];
    for (let look = 0; look < LOOKS; look++) {
      const from = performance.now();
      const answer = await fetch(base + path(look));
      await answer.text();
      if (!answer.ok) throw new Error(`${path(look)} answers ${answer.status}`);
      took.push(performance.now() - from);
    }
    const [p50, p99] = [percentile(took, 50), percentile(took, 99)];
    rows.push({
      what: `${name}, ${count(SERVICES)} services and a year of history, median and p99`,
      measured: `${ms(p50)}, ${ms(p99)}`,
      target: `< ${MEDIAN_MS} ms, < ${P99_MS} ms`,
      met: p50 < MEDIAN_MS && p99 < P99_MS,
    });
  }
  return rows;
}

async function firstVisit(base) {
  const page = await (await fetch(base)).text();
  const parts = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  let bytes = gzipSync(page).length;
  for (const path of new Set(parts))
    bytes += gzipSync(Buffer.from(await (await fetch(base + path)).arrayBuffer())).length;
  const kb = bytes / 1000;
  return {
    what: 'a first visit, gzipped',
    measured: `${count(kb)} KB`,
    target: `< ${MOST_FIRST_VISIT_KB} KB`,
    met: kb < MOST_FIRST_VISIT_KB,
  };
}

/** What an open overview is sent while nothing changes. */
async function quietMinute(base) {
  const stop = new AbortController();
  let bytes = 0;
  const stream = (async () => {
    const answer = await fetch(`${base}/live?page=%2F`, { signal: stop.signal });
    for await (const chunk of answer.body) bytes += chunk.length;
  })().catch(() => {});
  await pause(QUIET_SECONDS * 1000);
  stop.abort();
  await stream;
  const kb = bytes / 1000;
  return {
    what: 'an open overview, nothing changing, a minute',
    measured: `${kb.toFixed(1)} KB`,
    target: `< ${MOST_QUIET_KB} KB`,
    met: kb < MOST_QUIET_KB,
  };
}

/** What the same reports cost with and without open pages, which are sent anew after every change; the median of some turns. */
async function openPages(collector, base) {
  await settle(collector);
  const added = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const without = await costOfReports(collector, base);
    added.push((await besideOpenPages(collector, base)) / without - 1);
  }
  added.sort((a, b) => a - b);
  const median = percentile(added, 50);
  return {
    what: `${OPEN_PAGES} open overviews, a change every ${CHANGE_EVERY_MS / 1000} s, ${count(LOAD_PER_SECOND)} reports/s`,
    measured: `${percent(median)} more CPU (${percent(added[0])} to ${percent(added.at(-1))})`,
    target: `< ${percent(MOST_ADDED)}`,
    met: median < MOST_ADDED,
  };
}

/** Has each service of the load report once by itself, so that none changes its state or its pulse while it is measured. */
async function settle({ port }) {
  const client = createClient(port, AT_ONCE);
  let next = 0;
  async function one() {
    while (next < LOAD_SERVICES) {
      const service = next++;
      const [server, first] = [Math.floor(service / SERVICES_PER_SERVER), service % SERVICES_PER_SERVER];
      await client.post(STATUS_PATH, bodyOf(server, QUIET_PERIOD_SECONDS, first, 1));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  client.close();
}

async function besideOpenPages(collector, base) {
  const stop = new AbortController();
  setMaxListeners(OPEN_PAGES, stop.signal);
  const open = Array.from({ length: OPEN_PAGES }, () => keepOpen(base, stop.signal));
  await pause(SETTLE_MS);
  const cost = await costOfReports(collector, base);
  await pause(SETTLE_MS);
  stop.abort();
  const renewals = (await Promise.all(open)).reduce((sum, renewed) => sum + renewed);
  const expected = OPEN_PAGES * Math.floor((LOAD_SECONDS * 1000 - 1) / CHANGE_EVERY_MS);
  if (renewals < expected)
    throw new Error(`the open pages were renewed ${renewals} times instead of ${expected}`);
  return cost;
}

async function costOfReports(collector, base) {
  const load = { port: collector.port, rate: LOAD_PER_SECOND, seconds: LOAD_SECONDS };
  const changing = setInterval(() => change(base), CHANGE_EVERY_MS);
  const before = cpuSeconds(collector.pid);
  await openLoop({
    ...load,
    request: randomRequests({ services: LOAD_SERVICES, perPost: 1, period: QUIET_PERIOD_SECONDS }),
  });
  clearInterval(changing);
  return cpuSeconds(collector.pid) - before;
}

let changes = 0;
function change(base) {
  const services = [{ name: 'changing', state: changes++ % 2 ? 'ERR' : 'WARN' }];
  const body = { server: { name: 'changing', key: 'k' }, period: QUIET_PERIOD_SECONDS, services };
  return fetch(`${base}/api/set/service/status`, { method: 'POST', body: JSON.stringify(body) });
}

/** Does as a browser does with an overview; returns how often it was brought up to date. */
async function keepOpen(base, signal) {
  let renewed = 0;
  try {
    const answer = await fetch(`${base}/live?page=%2F`, { signal });
    for await (const chunk of answer.body) {
      const text = Buffer.from(chunk);
      if (text.includes('event: change')) await (await fetch(base, { signal })).text();
      if (text.includes('event: change') || text.includes('event: page')) renewed++;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return renewed;
}
