import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
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
