import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { startBrowser, Tab } from '../support/browser.ts';
import { type Collector, post, startNamed } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { Scene } from '../support/scene.ts';
import { assertFits, DESK, PHONE, shoot } from '../support/screens.ts';

/** Without JavaScript the pages refresh themselves every 15 s. */
const PLAIN_REFRESH_MS = 18_000;

describe('the pages in Chromium', function () {
  this.timeout(120_000);
  let scene: Scene;
  let browser: Browser;
  let collector: Collector;
  before(async () => {
    scene = new Scene();
    browser = await startBrowser(scene);
  });
  after(() => scene.end());

  describe('of an empty collector', () => {
    before(async () => {
      collector = await startNamed(scene, 'empty');
    });

    it('show how to send the first report; done so, it appears without a reload', async () => {
      const tab = await Tab.open(browser);
      const { page } = tab;
      await tab.visit(collector.url);
      await page.getByText('Nothing has reported yet').waitFor();
      await shoot(tab, 'empty');
      const [byCurl = '', byOvercli = ''] = await page.locator('pre').allTextContents();
      await page.evaluate('window.isSamePage = true');
      const asShown = [`${byCurl} --fail -sS`, byOvercli.replace(' disk OK', ' queue WARN')];
      for (const line of asShown) assert.equal((await scene.shell(line).outcome).err, '', line);
      for (const name of ['disk', 'queue']) await page.getByRole('link', { name }).first().waitFor();
      assert.equal(await page.evaluate('window.isSamePage'), true);
      await tab.close();
    });

    it('are there, all of them', async () => {
      const fresh = await startNamed(scene, 'fresh');
      const tab = await Tab.open(browser);
      const paths = await tab.crawl(fresh.url, (path) => assertFits(tab, path));
      for (const path of ['/', '/servers', '/alerts']) assert.ok(paths.includes(path), path);
      await tab.close();
    });
  });

  describe('of a collector with a few servers', () => {
    let plain: Tab;
    before(async () => {
      collector = await startNamed(scene, 'few', STATUS_PAGE);
      await reportAFew(collector);
      plain = await Tab.open(browser, { javaScriptEnabled: false });
      await plain.visit(collector.url);
      await collector.report('later', [{ name: 'newcomer', state: 'OK' }], 3600);
    });

    it('lead from the overview to a service, its server, and the alerts', async () => {
      const tab = await Tab.open(browser, { viewport: DESK });
      const { page } = tab;
      await tab.visit(collector.url);
      await page.getByRole('link', { name: 'disk', exact: true }).first().click();
      await page.getByRole('heading', { level: 1, name: /disk/ }).waitFor();
      await page.getByText('91% used on /var').first().waitFor();
      await page.getByRole('heading', { level: 1 }).getByRole('link', { name: 'db.example.com' }).click();
      await page.getByRole('heading', { level: 1, name: /db\.example\.com/ }).waitFor();
      await page.getByRole('navigation').getByRole('link', { name: 'Alerts' }).click();
      await page.getByText('State changed: "(?)" -> "WARN"').first().waitFor();
      await tab.close();
    });

    it('show only what is asked for, and go on doing so when they refresh', async () => {
      const tab = await Tab.open(browser);
      const { page } = tab;
      await tab.visit(collector.url);
      const shown = () => page.locator('#live .overc-name').allTextContents();
      await page.keyboard.press('/');
      await page.keyboard.type('db.example');
      await page.getByRole('combobox', { name: 'State' }).selectOption('WARN');
      await page.waitForURL(/q=db\.example&state=WARN/);
      await eventually(async () => assert.deepEqual(await shown(), ['disk']));
      await collector.report('db.example.com', [{ name: 'replica', state: 'WARN', info: '40 s behind' }]);
      await eventually(async () => assert.deepEqual(await shown(), ['disk', 'replica']));
      await page.getByRole('combobox', { name: 'Order' }).selectOption('Latest change first');
      await page.getByRole('combobox', { name: 'Grouping' }).selectOption('By state');
      await page.waitForURL(/state=WARN&group=state&sort=since/);
      await eventually(async () => assert.deepEqual(await shown(), ['replica', 'disk']));
      await tab.close();
    });

    it('are gone through and opened by keys, which ? tells of', async () => {
      const tab = await Tab.open(browser);
      const { page } = tab;
      await tab.visit(collector.url);
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await page.keyboard.press('Escape');
      for (const key of ['j', 'j', 'k', 'Enter']) await page.keyboard.press(key);
      await page.getByRole('heading', { level: 1, name: /queue/ }).waitFor();
      await tab.close();
    });

    it('are dark or light as the system is, or as the reader chose', async () => {
      const tab = await Tab.open(browser, { colorScheme: 'dark' });
      const { page } = tab;
      const theme = () => page.locator('html').getAttribute('data-bs-theme');
      await tab.visit(collector.url);
      assert.equal(await theme(), 'dark');
      await page.getByRole('button', { name: /Theme/ }).click();
      assert.equal(await theme(), 'light');
      await tab.visit(`${collector.url}alerts`);
      assert.equal(await theme(), 'light');
      await tab.close();
    });

    it('have nothing that hinders a reader, as far as axe finds', async () => {
      const script = { path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') };
      const readAll = async (colorScheme: 'light' | 'dark') => {
        const tab = await Tab.open(browser, { colorScheme, bypassCSP: true });
        for (const path of READ_BY_AXE) {
          await tab.page.goto(collector.url + path);
          await tab.page.addScriptTag(script);
          const found = (await tab.page.evaluate(AXE)) as string[];
          assert.deepEqual(found, [], `/${path}, ${colorScheme}`);
        }
        tab.faults.length = 0; // some pages say that there is no such page
        await tab.close();
      };
      await Promise.all([readAll('light'), readAll('dark')]);
    });

    it('answer every link, fault nothing, and fit a desk, a phone, and the dark', async () => {
      const tab = await Tab.open(browser);
      const kinds = new Set<string>();
      await tab.crawl(collector.url, async (path) => {
        const kind = /^\/(?:\w+(?:\/\d+)?(?:\/\w+)?)?/.exec(path)?.[0].replace(/\d+/, 'one') ?? '';
        if (kinds.has(kind)) return assertFits(tab, path, [PHONE]);
        kinds.add(kind);
        await assertFits(tab, path);
        await shoot(tab, kind.slice(1).replaceAll('/', '-') || 'overview');
      });
      const one = (kind: string, pages: string[]) => [
        `/${kind}/one`,
        ...pages.map((page) => `/${kind}/one/${page}`),
      ];
      const expected = [
        ...['/', '/alerts', '/collectors', '/servers', '/wall'],
        ...one('servers', ['remove', 'rename']),
        ...one('services', ['history', 'remove', 'rename', 'reports']),
      ].sort();
      assert.deepEqual([...kinds].sort(), expected);
      for (const path of [
        '?state=ERR',
        '?group=state&sort=since',
        'services/1?range=year',
        'alerts?severity=warning',
      ]) {
        await tab.visit(collector.url + path);
        await assertFits(tab, path);
      }
      await tab.close();
    });

    it('are read without JavaScript, and refresh even so', async () => {
      const refreshed = plain.page.getByRole('link', { name: 'newcomer: OK' });
      const reader = await Tab.open(browser, { javaScriptEnabled: false });
      const crawled = reader.crawl(collector.url, async (path) => {
        assert.ok((await reader.page.locator('main').innerText()).length > 10, path);
      });
      await Promise.all([crawled, refreshed.waitFor({ timeout: PLAIN_REFRESH_MS })]);
      await reader.close();
      await plain.close();
    });
  });

  for (const javaScriptEnabled of [true, false])
    describe(`${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
      it('pause a service, rename it, and remove it, and save its alerts', async () => {
        collector = await startNamed(scene, javaScriptEnabled ? 'changing' : 'changing-plainly');
        await collector.report('web1', [{ name: 'disk', state: 'ERR' }]);
        const tab = await Tab.open(browser, { javaScriptEnabled });
        const { page } = tab;
        await tab.visit(`${collector.url}services/1`);
        await page.getByRole('button', { name: 'Pause' }).click();
        await page.getByText('It is recorded, and raises no alert.').waitFor();
        await page.getByRole('button', { name: 'Resume' }).click();
        await page.getByRole('button', { name: 'Pause' }).waitFor();
        await page.getByRole('link', { name: 'Rename' }).click();
        await page.getByRole('textbox', { name: 'Title' }).fill('Root disk');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByRole('heading', { level: 1, name: 'Root disk' }).waitFor();
        await page.getByRole('link', { name: 'Remove' }).click();
        await page.getByText('1 alert', { exact: true }).waitFor();
        await tab.visit(`${collector.url}alerts`);
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'CSV' }).click(),
        ]);
        assert.equal(file.suggestedFilename(), 'alerts.csv');
        await tab.visit(`${collector.url}services/1/remove`);
        await page.getByRole('button', { name: 'Remove' }).click();
        await page.getByText('None has reported.').waitFor();
        await tab.close();
      });
    });
});

const READ_BY_AXE = [
  ...['', '?q=disk', '?group=state&sort=since', '?q=nothing-fits', 'wall', 'alerts', 'collectors', 'nowhere'],
  ...['servers', 'servers/1', 'servers/1/rename', 'servers/1/remove', 'servers/999'],
  ...['services/1', 'services/1/history', 'services/1/reports', 'services/1/rename', 'services/1/remove'],
  ...['status/shop', 'status/nowhere'],
];

const STATUS_PAGE = `[status:shop]
title=Shop
services=web1.example.com/queue as Orders, web1.example.com/app as Web shop, backup/nightly as Backup, web9/gone as Mail
`;

/** What axe finds serious, in words. */
const AXE = `axe.run().then(({ violations }) => violations
  .filter(({ impact }) => ['serious', 'critical'].includes(impact))
  .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`;

async function reportAFew(collector: Collector): Promise<void> {
  await collector.report('web1.example.com', [
    { name: 'app', state: 'OK', info: 'up 32h' },
    { name: 'cpu', state: 'OK', info: 'CPU OK: 28% load | load=28%;80;90' },
    {
      name: 'disk',
      state: 'OK',
      info: 'DISK OK - free space: / 80421MiB (77% inode=97%);| /=24615321600B;0;;0;270552530944',
    },
    {
      name: 'queue',
      state: 'ERR',
      info: '31 842 items wait, 9 workers of 40 answer\nOldest: 2 h 14 min\nLast error: connection reset by peer',
    },
  ]);
  await collector.report('db.example.com', [
    { name: 'disk', state: 'WARN', info: '91% used on /var' },
    { name: 'mariadb', state: 'OK', info: 'Uptime 41 d, 212 connections' },
    { name: 'replica', state: 'OK', info: '' },
    {
      name: 'certificate',
      state: 'UNK',
      info: 'Cannot start ./plugin.d/certificate.sh in /etc/overc: not executable (chmod +x)',
    },
  ]);
  await collector.report('backup', [{ name: 'nightly', state: 'OK', info: '412 GiB in 3 h 12 min' }], 1);
  await collector.report('web1.example.com', [{ name: 'cpu', state: 'WARN', info: 'CPU WARNING: 84% load' }]);
  await collector.report('web1.example.com', [{ name: 'cpu', state: 'OK', info: 'CPU OK: 31% load' }]);
  const alerts = [
    { message: 'Cannot check state for service A', service: 'queue' },
    { message: 'Deployed 4.11.2 to all of production; the old release is kept for a day' },
  ];
  await post(`${collector.url}api/set/alerts`, { server: { name: 'web1.example.com', key: '1234' }, alerts });
  await eventually(async () => assert.equal((await collector.alerts('kind=plugin/offline')).length, 1));
}
