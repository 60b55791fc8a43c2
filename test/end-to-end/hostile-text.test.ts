import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { startBrowser, Tab } from '../support/browser.ts';
import { type Collector, post, startNamed } from '../support/collector.ts';
import { Scene } from '../support/scene.ts';
import { assertFits, DESK, shoot } from '../support/screens.ts';

describe('pages of a collector that is sent hostile text', function () {
  this.timeout(120_000);
  let scene: Scene;
  let browser: Browser;
  let collector: Collector;
  before(async () => {
    scene = new Scene();
    browser = await startBrowser(scene);
    collector = await startNamed(scene, 'hostile');
    for (const text of Object.values(HOSTILE)) {
      const name = [...text].slice(0, 250).join('');
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
  after(() => scene.end());

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
  long: 'x'.repeat(64 * 1024),
  odd: 'bell \u0007 escape \u001b[31m tab-less \u007f 😀👩‍👩‍👧 e\u0301\u0301\u0301',
  lines: 'one\ntwo\nthree',
};
