import assert from 'node:assert/strict';
import { MORNING, onBothKinds } from '../support/collector.ts';
import { Day } from '../support/day.ts';

const linkOf = (text: string, path: string) =>
  [...text.matchAll(/href="([^"]+)"/g)]
    .map(([, href]) => (href as string).replaceAll('&amp;', '&'))
    .filter((href) => href.startsWith(path));

onBothKinds('the history of a service', (kind) => {
  let day: Day;
  const page = async (path: string) => (await day.collector.http().get(path).expect(200)).text;
  const infos = (text: string) =>
    [...text.matchAll(/class="overc-info[^"]*">([^<]*)</g)].map(([, info]) => info);

  // OK with two reports, a silence, ERR with two reports; the first one of disk comes together with load's.
  beforeEach(async () => {
    day = await Day.start(kind);
    await day.collector.report([
      { name: 'disk', state: 'OK', info: 'a' },
      { name: 'load', state: 'OK', info: 'x' },
    ]);
    await day.at('10:00:30').report('disk', 'OK', { info: 'b' });
    await day.at('10:05').report('disk', 'ERR', { info: 'c' });
    await day.at('10:05:30').report('disk', 'ERR', { info: 'd' });
    await day.at('10:06').report('disk', 'OK', { info: 'e' });
  });
  afterEach(() => day.stop());

  it('leads from each span to its reports, whatever ended it', async () => {
    const text = await page('/services/1');
    const spans = linkOf(text, '/services/1/reports');
    const found = [];
    for (const href of spans) found.push(infos(await page(href)));
    assert.deepEqual(found, [['e'], ['d', 'c'], ['b', 'a']]);
    assert.deepEqual(infos(await page('/services/1/reports')), ['e', 'd', 'c', 'b', 'a']);
    assert.deepEqual(infos(await page('/services/1/reports?until=2026-01-05T10:03:00Z')), ['b', 'a']);
    assert.deepEqual(infos(await page('/services/1/reports?until=2026-01-05T10:00:01Z')), ['a']);
    assert.deepEqual(infos(await page('/services/2/reports?until=2026-01-05T10:00:01Z')), ['x']);
  });

  it('is there as a whole, or as far as it touches a time', async () => {
    const lengths = (text: string) => [...text.matchAll(/for ([^,]+), <time/g)].map(([, length]) => length);
    await day.collector.clock.advanceTo(MORNING + 400_000);
    assert.deepEqual(lengths(await page('/services/1/history')), ['40 s', '1 min', '3 min', '1 min']);
    const silent = '/services/1/history?since=2026-01-05T10:02:00Z&until=2026-01-05T10:04:00Z';
    assert.deepEqual(lengths(await page(silent)), ['3 min']);
    assert.match(await page(silent), /silent<\/span>/);
    assert.match(
      await page('/services/1/history?until=2026-01-05T09:00:00Z'),
      /Nothing was observed then, or it is not kept that long/,
    );
  });

  it('is one click away from each strip of the timeline', async () => {
    for (const path of ['/services/1', '/servers/1']) {
      const strips = linkOf(await page(path), '/services/1/history?');
      assert.ok(strips.length >= 4, path);
      for (const href of strips.slice(0, 5)) await page(href);
    }
  });

  it('pages through more than fits', async () => {
    for (let i = 0; i < 130; i++)
      await day.collector.report({ name: 'load', state: i % 2 === 0 ? 'ERR' : 'OK', info: `n${i}` });
    for (const path of ['/services/2/history', '/services/2/reports']) {
      const first = await page(path);
      const [next] = linkOf(first, path).filter((href) => href.includes('cursor'));
      const second = await page(next as string);
      const all = [...infos(first), ...infos(second)];
      assert.equal(new Set(all).size, 131, path);
      assert.deepEqual([all[0], all.at(-1)], ['n129', 'x']);
    }
  });
});
