import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startBrowser, Tab } from '../support/browser.ts';
import { type Collector, post, startCollector } from '../support/collector.ts';
import { newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { Scene } from '../support/scene.ts';

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
/** Screens: a phone, a tablet, a desk, and a television. */
const SCREENS = [
  PHONE,
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
  { width: 3840, height: 2160 },
];
/** A change is to be seen on an open page within a second, and within two when another collector heard of it. */
const SEEN_MS = 1000;
const SEEN_FROM_ELSEWHERE_MS = 2000;
/** Of so many changes the one in the middle counts, since the machine may be busy. */
const LOOKS = 5;
const PATIENCE_MS = 10_000;
/** Without JavaScript the pages refresh themselves every 15 s. */
const PLAIN_REFRESH_MS = 18_000;

describe('the pages in Chromium', function () {
  this.timeout(60_000);
  let scene: Scene;
  let browser: Browser;
  let collector: Collector;
  before(async () => {
    scene = new Scene();
    browser = await startBrowser(scene);
  });
  after(() => scene.end());

  async function startEmpty(name: string): Promise<Collector> {
    return startCollector(scene, { database: `sqlite://${scene.path(`${name}.db`)}`, name });
  }

  describe('of an empty collector', () => {
    before(async () => {
      collector = await startEmpty('empty');
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
      const fresh = await startEmpty('fresh');
      const tab = await Tab.open(browser);
      const paths = await tab.crawl(fresh.url, (path) => assertFits(tab, path));
      for (const path of ['/', '/servers', '/alerts']) assert.ok(paths.includes(path), path);
      await tab.close();
    });
  });

  describe('of a collector with a few servers', () => {
    let plain: Tab;
    before(async () => {
      collector = await startEmpty('few');
      await reportAFew(collector);
      plain = await Tab.open(browser, { javaScriptEnabled: false });
      await plain.visit(collector.url);
      await collector.report('later', [{ name: 'newcomer', state: 'OK' }]);
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
      await page.getByRole('combobox').selectOption('WARN');
      await page.waitForURL(/q=db\.example&state=WARN/);
      await eventually(async () => assert.deepEqual(await shown(), ['disk']));
      await collector.report('db.example.com', [{ name: 'replica', state: 'WARN', info: '40 s behind' }]);
      await eventually(async () => assert.deepEqual(await shown(), ['disk', 'replica']));
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
      for (const colorScheme of ['light', 'dark'] as const) {
        const tab = await Tab.open(browser, { colorScheme, bypassCSP: true });
        for (const path of [
          '',
          '?q=disk',
          'servers',
          'servers/1',
          'services/1',
          'alerts',
          'collectors',
          'wall',
        ]) {
          await tab.visit(collector.url + path);
          await tab.page.addScriptTag(script);
          const found = (await tab.page.evaluate(AXE)) as string[];
          assert.deepEqual(found, [], `/${path}, ${colorScheme}`);
        }
        await tab.close();
      }
    });

    it('answer every link, fault nothing, and fit a desk, a phone, and the dark', async () => {
      const tab = await Tab.open(browser);
      const kinds = new Set<string>();
      await tab.crawl(collector.url, async (path) => {
        const kind = /^\/(?:\w+(?:\/\d+)?)?/.exec(path)?.[0].replace(/\d+/, 'one') ?? '';
        if (kinds.has(kind)) return assertFits(tab, path, [PHONE]);
        kinds.add(kind);
        await assertFits(tab, path);
        await shoot(tab, kind.slice(1).replace('/', '-') || 'overview');
      });
      const expected = ['/', '/alerts', '/collectors', '/servers', '/servers/one', '/services/one', '/wall'];
      assert.deepEqual([...kinds].sort(), expected);
      await tab.close();
    });

    it('are read without JavaScript, and refresh even so', async () => {
      const { page } = plain;
      await page.getByRole('link', { name: 'newcomer: OK' }).waitFor({ timeout: PLAIN_REFRESH_MS });
      const reader = await Tab.open(browser, { javaScriptEnabled: false });
      await reader.crawl(collector.url, async (path) => {
        assert.ok((await reader.page.locator('main').innerText()).length > 10, path);
      });
      await reader.close();
      await plain.close();
    });
  });

  describe('that are open', () => {
    let others: [Collector, Collector];
    before(async () => {
      collector = await startEmpty('open');
      const database = newDatabase('MariaDB', scene);
      const settings = `secret-file=${scene.path('shared.secret')}\n`;
      others = [
        await startCollector(scene, { database, settings, name: 'one' }),
        await startCollector(scene, { database, settings, name: 'two' }),
      ];
    });

    const paths = ['', 'services/1', 'wall'];
    for (const path of paths)
      it(`show what changes at once, without a reload: /${path}`, async () => {
        assert.ok((await seeChanges(collector, collector, path)) < SEEN_MS);
      });

    it('show what another collector on the same database was told', async () => {
      assert.ok((await seeChanges(others[0], others[1], '')) < SEEN_FROM_ELSEWHERE_MS);
    });

    it('say so when they are out of touch with the collector, and come back by themselves', async () => {
      const tab = await Tab.open(browser);
      const { page } = tab;
      await collector.report('web1', [{ name: 'disk', state: 'OK' }], 3600);
      await tab.visit(collector.url);
      await page.getByText('All is well').waitFor();
      await page.evaluate('window.isSamePage = true');
      await collector.stop();
      await page.getByText('Out of touch with the collector').waitFor();
      collector = await collector.restart();
      await collector.report('web1', [{ name: 'disk', state: 'ERR' }], 3600);
      await page.getByText('Out of touch with the collector').waitFor({ state: 'hidden' });
      await page.locator('main').getByText('ERR').first().waitFor();
      await page.waitForFunction("document.title.startsWith('(1) ')");
      assert.equal(await page.evaluate('window.isSamePage'), true);
      tab.faults.length = 0; // nobody listened for a while
      await tab.close();
    });

    /** Changes a state several times; returns how long the change in the middle took to be seen, milliseconds. */
    async function seeChanges(shown: Collector, told: Collector, path: string): Promise<number> {
      const say = (state: string) =>
        told.report('web1', [{ name: 'disk', state, info: `now ${state}` }], 3600);
      await say('WARN');
      const tab = await Tab.open(browser);
      await tab.visit(shown.url + path);
      await tab.page.evaluate('window.isSamePage = true');
      const took: number[] = [];
      for (let look = 0; look < LOOKS; look++) {
        const state = look % 2 === 0 ? 'ERR' : 'UNK';
        const text = tab.page.locator('main').getByText(`now ${state}`, { exact: true }).first();
        await say(state);
        const from = performance.now();
        await text.waitFor({ timeout: PATIENCE_MS });
        took.push(performance.now() - from);
      }
      assert.equal(await tab.page.evaluate('window.isSamePage'), true);
      await tab.close();
      return took.sort((a, b) => a - b)[Math.floor(LOOKS / 2)] as number;
    }
  });

  for (const javaScriptEnabled of [true, false])
    describe(`${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
      it('pause a service, rename it, and remove it, and save its alerts', async () => {
        collector = await startEmpty(javaScriptEnabled ? 'changing' : 'changing-plainly');
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

  describe('of a collector that is sent hostile text', () => {
    before(async () => {
      collector = await startEmpty('hostile');
      for (const text of Object.values(HOSTILE)) {
        const name = text.slice(0, 250);
        const server = { name, key: '1234' };
        const services = [{ name, state: 'ERR', info: text }];
        const alerts = [{ message: text, service: name }, { message: text }];
        for (const [path, body] of [
          ['api/set/service/status', { server, period: 3600, services }],
          ['api/set/alerts', { server, alerts }],
        ] as const)
          assert.equal((await post(collector.url + path, body)).status, 200);
      }
    });

    it('show it as text and stay whole', async () => {
      const tab = await Tab.open(browser);
      const { page } = tab;
      await tab.crawl(collector.url, async (path) => {
        await assertFits(tab, path);
        assert.equal(
          await page.locator('script:not([src]), img[src="x"], main :is(b, script)').count(),
          0,
          path,
        );
      });
      for (const path of ['', 'alerts']) {
        await tab.visit(collector.url + path);
        const text = await page.locator('main').innerText();
        for (const sent of Object.values(HOSTILE))
          assert.ok(text.includes(sent), `/${path}: ${sent.slice(0, 80)}`);
        await shoot(tab, `hostile-${path || 'overview'}`);
      }
      await tab.close();
    });

    it('keep their own words in their own order beside names that turn the direction of text', async () => {
      const tab = await Tab.open(browser, { viewport: DESK });
      const { page } = tab;
      await tab.visit(`${collector.url}alerts`);
      const line = page
        .locator('main li > div', { hasText: HOSTILE.backwards })
        .filter({ has: page.locator('a[href^="/services/"]') })
        .first();
      const boxes = ['.badge', 'a >> nth=0', 'a >> nth=1', 'time >> nth=0', 'time >> nth=1'].map((part) =>
        line.locator(part).boundingBox(),
      );
      const onAlerts = (await Promise.all(boxes)).map((box) => box?.x ?? 0);
      await line.locator('a').nth(1).click();
      await page.getByRole('heading', { level: 1 }).locator('small').waitFor();
      const onService = (await page.evaluate(LEFTS_IN_HEADING)) as number[];
      const wrong = [onAlerts, onService].filter((lefts) =>
        lefts.some((left, index) => left < (lefts[index - 1] ?? 0)),
      );
      assert.deepEqual(wrong, []);
      await tab.close();
    });
  });
});

/** What axe finds serious, in words. */
const AXE = `axe.run().then(({ violations }) => violations
  .filter(({ impact }) => ['serious', 'critical'].includes(impact))
  .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`;

/** Where the word "on" and the server's name begin in "disk on web1". */
const LEFTS_IN_HEADING = `(() => {
  const small = document.querySelector('h1 small');
  const word = document.createRange();
  word.selectNodeContents(small.firstChild);
  return [word, small.querySelector('a')].map((part) => part.getBoundingClientRect().left);
})()`;

const HOSTILE = {
  markup: `<script>alert(1)</script>"><img src=x onerror=alert(2)><b>bold</b>' -- <%= 7 * 7 %> {{7 * 7}} &amp; &#60;`,
  backwards: '\u202Edesrever \u2067si siht',
  long: 'x'.repeat(5000),
  lines: 'one\ntwo\nthree',
};

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

/** No page may be scrolled sideways. */
async function assertFits(tab: Tab, path: string, screens = SCREENS): Promise<void> {
  for (const viewport of screens) {
    await tab.page.setViewportSize(viewport);
    assert.equal(await tab.overhang(), 0, `${path} is wider than ${viewport.width} pixels`);
  }
}

/** Pictures for whoever asks for them, with OVERC_TEST_SHOTS=FOLDER. */
async function shoot({ page }: Tab, name: string): Promise<void> {
  const { OVERC_TEST_SHOTS: folder } = process.env;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const take = (how: string) =>
    page.screenshot({ path: join(folder, `${name}-${how}.png`), fullPage: true, animations: 'disabled' });
  await page.setViewportSize(PHONE);
  await take('360');
  await page.setViewportSize(DESK);
  await take('1280');
  await page.emulateMedia({ colorScheme: 'dark' });
  await take('1280-dark');
  await page.emulateMedia({ colorScheme: 'light' });
}
