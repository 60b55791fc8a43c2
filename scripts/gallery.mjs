// npm run gallery [-- FOLDER]: pictures of every page and state, from fixed data, by a real collector and Chromium.
// Those that the README shows go to docs/pictures when they are asked for: npm run gallery -- --readme
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { freePort } from '../bench/processes.mjs';

process.chdir(new URL('..', import.meta.url).pathname);

const CHROMIUM = '/usr/bin/chromium';
const POLL_MS = 100;
const PATIENCE_MS = 20_000;
/** Until the page has heard from the collector and its times are the reader's. */
const SETTLE_MS = 500;

const SCREENS = {
  phone: { width: 360, height: 740 },
  desk: { width: 1280, height: 800 },
  television: { width: 1920, height: 1080 },
};
/** [name, path, screens] of an empty collector and of one with servers. */
const EMPTY = [
  ['empty', '', ['phone', 'desk']],
  ['empty-alerts', 'alerts', ['desk']],
];
const FILLED = [
  ['overview', '', ['phone', 'desk']],
  ['search', '?q=disk', ['phone', 'desk']],
  ['nothing-found', '?q=nowhere', ['desk']],
  ['by-state', '?group=state&sort=since', ['phone', 'desk']],
  ['servers', 'servers', ['phone', 'desk']],
  ['server', 'servers/1', ['phone', 'desk']],
  ['service', 'services/3', ['phone', 'desk']],
  ['service-paused', 'services/2', ['desk']],
  ['service-rename', 'services/3/rename', ['desk']],
  ['service-remove', 'services/3/remove', ['desk']],
  ['service-history', 'services/3/history', ['phone', 'desk']],
  ['service-reports', 'services/3/reports', ['desk']],
  ['alerts', 'alerts', ['phone', 'desk']],
  ['collectors', 'collectors', ['desk']],
  ['status', 'status/shop', ['phone', 'desk']],
  ['status-not-found', 'status/nowhere', ['desk']],
  ['wall', 'wall', ['television']],
  ['not-found', 'nowhere', ['desk']],
];
const README_PICTURES = [
  'overview-desk-light',
  'overview-phone-dark',
  'service-desk-light',
  'wall-television-dark',
];

const SETTINGS = `[overc]
listen=127.0.0.1:PORT
[status:shop]
title=The shop
services=web1.example.com/http as Front page, db.example.com/mariadb as Orders, mail.example.com/queue as Mail
`;
/** What each server reports, twice: before and now. */
const REPORTS = {
  'web1.example.com': { app: 'OK OK', cpu: 'WARN OK', disk: 'OK WARN', http: 'OK OK', queue: 'OK ERR' },
  'web2.example.com': { app: 'OK OK', cpu: 'OK OK', disk: 'OK OK', http: 'OK OK' },
  'db.example.com': { disk: 'OK OK', mariadb: 'OK OK', replica: 'OK UNK' },
  'mail.example.com': { queue: 'OK OK', spam: 'OK OK', tls: 'OK WARN' },
  'backup.example.com': { nightly: 'OK OK', offsite: 'OK OK' },
};
const INFOS = {
  OK: 'OK, 42% used',
  WARN: '91% used on /var | /var=91%;90;95;0;100 inodes=12%;90;95;0;100',
  ERR: '31 842 items wait, 9 workers of 40 answer\nOldest: 2 h 14 min',
  UNK: 'Cannot connect to 10.0.0.7: no route to host',
};

const isForReadme = process.argv.includes('--readme');
const folder = resolve(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? '.cache/gallery');
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-sync',
    '--no-first-run',
  ],
});
try {
  await withCollector((url) => shootAll(url, EMPTY));
  await withCollector(async (url) => {
    await fill(url);
    await shootAll(url, FILLED);
  });
} finally {
  await browser.close();
}
if (isForReadme) {
  mkdirSync('docs/pictures', { recursive: true });
  for (const name of README_PICTURES) copyFileSync(join(folder, `${name}.png`), `docs/pictures/${name}.png`);
}
console.log(`Pictures: ${folder}`);

async function withCollector(act) {
  const home = mkdtempSync(join(tmpdir(), 'overc-gallery-'));
  const port = await freePort();
  writeFileSync(join(home, 'server.ini'), SETTINGS.replace('PORT', String(port)));
  const program = resolve('packages/server/bin/overc-server.js');
  const collector = spawn(process.execPath, [program, '--config', 'server.ini'], {
    cwd: home,
    stdio: 'inherit',
  });
  const ended = once(collector, 'exit');
  try {
    const url = `http://127.0.0.1:${port}/`;
    await until(async () => (await fetch(`${url}healthz`)).ok);
    await act(url);
  } finally {
    collector.kill();
    await ended;
    rmSync(home, { recursive: true });
  }
}

async function fill(url) {
  for (const when of [0, 1])
    for (const [server, services] of Object.entries(REPORTS)) {
      const reports = Object.entries(services).map(([name, states]) => {
        const state = states.split(' ')[when];
        return { name, state, info: INFOS[state] };
      });
      await send(url, 'POST', 'api/set/service/status', {
        server: { name: server, key: 'k' },
        period: 600,
        services: reports,
      });
    }
  const silent = [{ name: 'nightly', state: 'OK', info: '412 GiB in 3 h 12 min' }];
  await send(url, 'POST', 'api/set/service/status', {
    server: { name: 'backup.example.com', key: 'k' },
    period: 1,
    services: silent,
  });
  const alerts = [{ message: 'Deployed 4.11.2 to all of production; the old release is kept for a day' }];
  await send(url, 'POST', 'api/set/alerts', { server: { name: 'web1.example.com', key: 'k' }, alerts });
  await send(url, 'PATCH', 'api/v1/services/2', { paused: true });
  await until(async () => (await (await fetch(`${url}api/v1/status`)).json()).silent === 1);
}

async function send(url, method, path, body) {
  const answer = await fetch(url + path, { method, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
}

async function shootAll(url, pages) {
  for (const colorScheme of ['light', 'dark'])
    for (const [name, path, screens] of pages)
      for (const screen of screens)
        await shoot(url + path, `${name}-${screen}-${colorScheme}`, screen, colorScheme);
}

async function shoot(address, name, screen, colorScheme) {
  const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme });
  const page = await context.newPage();
  await page.goto(address);
  await pause(SETTLE_MS);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}

async function until(fact) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    if (await fact().catch(() => false)) return;
    if (performance.now() > deadline) throw new Error('The collector did not come to what was waited for.');
    await pause(POLL_MS);
  }
}
