import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CHECKOUT, temporaryFolder } from '../folders.mjs';
import {
  cpuSeconds,
  endProcess,
  freePort,
  peakBytes,
  residentBytes,
  SERVER_CORE,
  startPinned,
} from '../processes.mjs';
import { count, megabytes, percent } from '../row.mjs';
import { sample } from '../samples.mjs';

const SERVICES = 1000;
const PERIOD_SECONDS = 60;
/** What the start costs is not what the monitor costs: every service has run before, and the first code is compiled. */
const SETTLE_SECONDS = 60;
/** A plugin that takes no time is started every 0.8 periods. */
const INTERVAL_SHARE = 0.8;
const BARE_SETTLE_MS = 3000;
const SECONDS = 120;
/** As misc/autorun/systemd/overcli-monitor.service starts it; each program that is started gets a copy of it. */
const UNIT_ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME, MALLOC_ARENA_MAX: '1' };
const MOST_SHARE = 0.03;
const MOST_BYTES = 120e6;

/** Figure 9: what a monitor of many services takes, without its plugins, and whether it keeps its promises. */
export const monitor = {
  figure: 9,
  title: 'The monitor',
  services: SERVICES,
  async run({ say, seconds = SECONDS }) {
    say(`only starting programs for ${seconds} s`);
    const bare = await bareShare(seconds);
    const port = await freePort();
    const collector = await listen(port);
    const running = startMonitor(port);
    say(`a monitor of ${count(SERVICES)} services for ${seconds} s`);
    await pause(SETTLE_SECONDS * 1000);
    collector.begin();
    const memory = sample(() => residentBytes(running.pid));
    const share = await shareOfCore(running, seconds);
    memory.stop();
    const [bytes, peak] = [memory.max(), peakBytes(running.pid)];
    const { reports, posts, late, silent } = collector.end();
    await endProcess(running);
    collector.close();
    return [
      {
        what: `${count(SERVICES)} services every ${PERIOD_SECONDS} s (${(reports / seconds).toFixed(1)} runs, ${(posts / seconds).toFixed(1)} POSTs a second), of a core`,
        measured: percent(share),
        yardstick: percent(bare),
        ratio: share / bare,
        target: `< ${percent(MOST_SHARE)}`,
        met: share < MOST_SHARE,
      },
      {
        what: `most resident memory meanwhile (${megabytes(peak)} at the start)`,
        measured: megabytes(bytes),
        target: `< ${megabytes(MOST_BYTES)}`,
        met: bytes < MOST_BYTES,
      },
      {
        what: `of ${count(reports)} reports, late or missing`,
        measured: count(late + silent),
        target: '0',
        met: reports > 0 && late + silent === 0,
      },
    ];
  },
};

/** What Node takes for starting the programs alone. */
async function bareShare(seconds) {
  const file = join(CHECKOUT, 'bench/spawner.mjs');
  const perSecond = String(SERVICES / (INTERVAL_SHARE * PERIOD_SECONDS));
  const spawner = startPinned(SERVER_CORE, process.execPath, [file, perSecond], {
    stdio: 'ignore',
    env: UNIT_ENVIRONMENT,
  });
  await pause(BARE_SETTLE_MS);
  const share = await shareOfCore(spawner, seconds);
  await endProcess(spawner);
  return share;
}

async function shareOfCore({ pid }, seconds) {
  const [from, since] = [cpuSeconds(pid), performance.now()];
  await pause(seconds * 1000);
  return (cpuSeconds(pid) - from) / ((performance.now() - since) / 1000);
}

function startMonitor(port) {
  const file = join(temporaryFolder(), 'monitor.ini');
  const services = Array.from(
    { length: SERVICES },
    (_, index) => `[service:s${index}]\nperiod=${PERIOD_SECONDS}\ncommand=/bin/true\n`,
  );
  const head = `[overc]\nserver=http://127.0.0.1:${port}/\nmy-name=bench\nmy-key=1234\n`;
  writeFileSync(file, head + services.join(''));
  const program = join(CHECKOUT, 'packages/overcli/bin/overcli.js');
  return startPinned(SERVER_CORE, process.execPath, [program, 'monitor', file], {
    stdio: 'ignore',
    env: UNIT_ENVIRONMENT,
  });
}

/** A collector that only looks at when promises are kept. */
async function listen(port) {
  const dueAt = new Map();
  let counts = { reports: 0, posts: 0, late: 0 };
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString('utf8'));
    response.end('{"ok":1}');
    const now = performance.now();
    counts.posts += 1;
    for (const { name, period } of body.services) {
      counts.reports += 1;
      if (now > (dueAt.get(name) ?? Number.POSITIVE_INFINITY)) counts.late += 1;
      dueAt.set(name, now + period * 1000);
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    begin() {
      counts = { reports: 0, posts: 0, late: 0 };
    },
    end() {
      const now = performance.now();
      const kept = [...dueAt.values()].filter((at) => at >= now).length;
      return { ...counts, silent: SERVICES - kept };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
