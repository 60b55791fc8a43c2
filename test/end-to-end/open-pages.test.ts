import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { startBrowser, Tab } from '../support/browser.ts';
import { type Collector, startCollector, startNamed } from '../support/collector.ts';
import { newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { Scene } from '../support/scene.ts';

/** A change is to be seen on an open page within a second, and within two when another collector heard of it. */
const SEEN_MS = 1000;
const SEEN_FROM_ELSEWHERE_MS = 2000;
/** Of so many changes the one in the middle counts, since the machine may be busy. */
const LOOKS = 5;
const PATIENCE_MS = 10_000;

describe('pages that are open', function () {
  this.timeout(60_000);
  let scene: Scene;
  let browser: Browser;
  let collector: Collector;
  let others: [Collector, Collector];
  before(async () => {
    scene = new Scene();
    browser = await startBrowser(scene);
    collector = await startNamed(scene, 'open');
    const database = newDatabase('MariaDB', scene);
    const settings = `secret-file=${scene.path('shared.secret')}\n`;
    others = [
      await startCollector(scene, { database, settings, name: 'one' }),
      await startCollector(scene, { database, settings, name: 'two' }),
    ];
  });
  after(() => scene.end());

  const paths = ['', 'services/1', 'wall'];
  for (const path of paths)
    it(`show what changes at once, without a reload: /${path}`, async () => {
      assert.ok((await seeChanges(collector, collector, path)) < SEEN_MS);
    });

  it('are sent to all who look at them, and fetch nothing', async () => {
    await collector.report('web1', [{ name: 'disk', state: 'OK' }], 3600);
    const tabs = [await Tab.open(browser), await Tab.open(browser)];
    const fetched: string[] = [];
    for (const { page } of tabs) {
      const stream = page.waitForResponse((response) => response.url().includes('/live?'));
      await page.goto(collector.url);
      assert.equal((await stream).headers()['content-encoding'], 'gzip');
      noteFetches(page, fetched);
    }
    for (const info of ['first', 'second']) {
      await collector.report(
        'web1',
        [{ name: 'disk', state: info === 'first' ? 'ERR' : 'WARN', info }],
        3600,
      );
      for (const { page } of tabs)
        await page.locator('main').getByText(info, { exact: true }).first().waitFor();
    }
    assert.deepEqual(fetched, []);
    for (const tab of tabs) await tab.close();
  });

  it('show what changed while they were on their way', async () => {
    await collector.report('web1', [{ name: 'disk', state: 'OK' }], 3600);
    const tab = await Tab.open(browser);
    await tab.page.route('**/live?*', async (route) => {
      await collector.report('web1', [{ name: 'disk', state: 'ERR', info: 'in between' }], 3600);
      await route.continue();
    });
    await tab.visit(collector.url);
    await tab.page.locator('main').getByText('in between').first().waitFor();
    await tab.close();
  });

  it('follow what is searched for', async () => {
    await collector.report('web1', [{ name: 'disk', state: 'OK', info: 'quiet' }], 3600);
    await collector.report('web3', [{ name: 'load', state: 'OK' }], 3600);
    const tab = await Tab.open(browser);
    const { page } = tab;
    await tab.visit(collector.url);
    const stream = page.waitForRequest((request) => request.url().includes(encodeURIComponent('q=disk')));
    await page.getByRole('searchbox').fill('disk');
    await (await stream).response();
    const fetched: string[] = [];
    noteFetches(page, fetched);
    await collector.report('web1', [{ name: 'disk', state: 'WARN', info: 'found' }], 3600);
    await page.locator('main').getByText('found', { exact: true }).waitFor();
    assert.equal(await page.locator('main').getByText('web3').count(), 0);
    assert.equal(await page.getByRole('searchbox').inputValue(), 'disk');
    assert.deepEqual(fetched, []);
    await tab.close();
  });

  it('show what another collector on the same database was told', async () => {
    assert.ok((await seeChanges(others[0], others[1], '')) < SEEN_FROM_ELSEWHERE_MS);
  });

  it('keep open what was opened on them', async () => {
    const tab = await Tab.open(browser);
    const { page } = tab;
    for (const info of ['one', 'two'])
      await collector.report('web2', [{ name: 'job', state: 'OK', info }], 3600);
    const id = (await collector.services('server=web2'))[0]?.id;
    await tab.visit(`${collector.url}services/${id}`);
    const details = page.locator('details');
    await details.locator('summary', { hasText: '2 reports' }).click();
    await details.getByText('one', { exact: true }).waitFor();
    await collector.report('web2', [{ name: 'job', state: 'WARN', info: 'three' }], 3600);
    await page.getByText('three', { exact: true }).first().waitFor();
    await page.locator('details[open]').getByText('one', { exact: true }).waitFor();
    assert.equal(await page.locator('details[open]').count(), 1);
    await tab.close();
  });

  for (const path of ['', 'wall'])
    it(`say so when they are out of touch with the collector, and come back by themselves: /${path}`, async () => {
      const tab = await Tab.open(browser);
      const { page } = tab;
      await collector.report('web1', [{ name: 'disk', state: 'OK' }], 3600);
      await collector.report('web2', [{ name: 'job', state: 'OK' }], 3600);
      await tab.visit(collector.url + path);
      await page.getByText('All is well').waitFor();
      await page.evaluate('window.isSamePage = true');
      await collector.stop();
      await page.getByText('Out of touch with the collector').waitFor();
      collector = await collector.restart();
      await collector.report('web1', [{ name: 'disk', state: 'ERR' }], 3600);
      await page.getByText('Out of touch with the collector').waitFor({ state: 'hidden' });
      await page.locator('main').getByText('ERR').first().waitFor();
      await eventually(async () => assert.match(await page.title(), /^\(\d\) /));
      assert.equal(await page.evaluate('window.isSamePage'), true);
      tab.faults.length = 0; // nobody listened for a while
      await tab.close();
    });

  /** Notes what the page's own scripts ask for from now on. */
  function noteFetches(page: Page, fetched: string[]): void {
    page.on('request', (request) => {
      if (request.resourceType() === 'fetch') fetched.push(request.url());
    });
  }

  /** Changes a state several times; returns how long the change in the middle took to be seen, milliseconds. */
  async function seeChanges(shown: Collector, told: Collector, path: string): Promise<number> {
    const say = (state: string) => told.report('web1', [{ name: 'disk', state, info: `now ${state}` }], 3600);
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
