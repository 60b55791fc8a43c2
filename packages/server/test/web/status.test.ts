import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Stretch } from '../../src/core/observed.ts';
import { badgePicture } from '../../src/web/pages/badge.ts';
import { type Known, publicStatus } from '../../src/web/pages/public.ts';
import { MORNING, onBothKinds } from '../support/collector.ts';
import { Day } from '../support/day.ts';

const EVIL = '\u202e<script>alert(1)</script>"\'&\u0007';

onBothKinds('a public page', (kind) => {
  let day: Day;
  const get = (path: string, status = 200) => day.collector.http().get(path).expect(status);
  const svg = async (path: string) => {
    const { body, headers } = await get(path).expect('Content-Type', /^image\/svg\+xml/);
    assert.equal(headers['cache-control'], 'public, max-age=30');
    assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
    return (body as Buffer).toString();
  };
  beforeEach(async () => {
    day = await Day.start(kind, {
      statuses: [
        {
          slug: 'shop',
          title: `Shop ${EVIL}`,
          entries: [
            { server: 'web1', service: 'http', name: 'Web shop' },
            { server: 'web1', service: 'disk /var', name: EVIL },
            { server: 'web2', service: 'http', name: 'Mail' },
          ],
        },
      ],
    });
  });
  afterEach(() => day.stop());

  it('says how all is before anything has reported', async () => {
    const { text } = await get('/status/shop').expect('Cache-Control', 'public, max-age=30');
    assert.match(text, /Nothing is known/);
    assert.equal(text.match(/>not observed<\/span>/g)?.length, 3);
    assert.match(await svg('/badge/shop.svg'), />unknown<\/text>/);
  });

  it('shows each service by its public name, and no more', async () => {
    const info = 'secret-info';
    await day.at('10:00').report('http', 'OK', { period: 60, info });
    await day.at('10:00').report('disk /var', 'ERR', { period: 300, info, title: 'secret-title' });
    await day.at('10:01:30').expectAlerts('service:state/ERR disk /var', 'plugin/offline http');
    await day.at('10:02').report('http', 'WARN', { period: 60, info });
    const text = (await get('/status/shop')).text.replace(/<svg.*?<\/svg>/gs, '');
    for (const part of [
      '1 of 3 has trouble',
      'Web shop',
      'working, with a warning',
      'failing',
      'not observed',
    ])
      assert.ok(text.includes(part), part);
    assert.match(text, /failed for 2 min, <time [^>]+>2026-01-05 10:00:00 UTC<\/time> to now/);
    assert.match(text, /not heard from for 1 min, <time [^>]+>2026-01-05 10:01:00 UTC<\/time> to <time/);
    assert.match(text, /<strong>50.00 %<\/strong>/);
    assert.doesNotMatch(
      text,
      /secret|web1|web2|disk|http[^-"]|plugin|<script>|<a |<nav|\sstyle="|services\/|servers\//,
    );
    assert.match(await svg('/badge/shop.svg'), />down<\/text>/);
    assert.match(await svg('/badge/shop/1.svg'), />up 50.00 %<\/text>/);
    assert.match(await svg('/badge/shop/3.svg'), />unknown<\/text>/);
  });

  it('is asked of the database every five seconds at most', async () => {
    await get('/status/shop');
    await day.at('10:00').report('http', 'OK');
    assert.match((await get('/status/shop')).text, /Nothing is known/);
    await day.at('10:00:05').expectNothing();
    assert.match((await get('/status/shop')).text, /No trouble is known; 2 of 3 not observed/);
  });

  it('is only where the settings have one', async () => {
    for (const path of [
      '/status/other',
      '/badge/other.svg',
      '/badge/shop/0.svg',
      '/badge/shop/4.svg',
      '/badge/shop/x.svg',
    ])
      assert.match((await get(path, 404)).text, /There is no such page\.<\/p>\s*<\/main>/); // and no way to the inside
  });

  it('shows hostile names as text', async () => {
    const { text } = await get('/status/shop');
    assert.ok(text.includes('<bdi>Shop \u202e&lt;script&gt;'));
    for (const path of ['/badge/shop.svg', '/badge/shop/2.svg']) {
      const picture = await svg(path);
      assert.ok(picture.includes('&lt;script&gt;alert(1)'), path);
      for (const part of ['<script', '\u202e', '\u0007']) assert.ok(!picture.includes(part), path);
    }
  });
});

describe('a public page', () => {
  const entry = { server: 's', service: 'v', name: 'n' };
  const all = (observed: Partial<Stretch>[]): Known => ({
    condition: 'OK',
    observed: observed.map((more) => ({ state: 'OK', silent: false, since: 0, until: MORNING, ...more })),
  });
  const page = (...known: Known[]) =>
    publicStatus({ slug: 'a', title: 't', entries: known.map(() => entry) }, known, MORNING);
  const up = all([{}]);
  const down: Known = { condition: 'silent', observed: all([{ silent: true }])?.observed ?? [] };
  const unknown: Known = { condition: 'UNK', observed: [] };

  const cases: [string, Known[], string][] = [
    ['everything is up', [up, up], 'All is well'],
    ['one is down', [up, down, unknown], '1 of 3 has trouble'],
    ['several are down', [down, down], '2 of 2 have trouble'],
    ['one is not known', [up, undefined], 'No trouble is known; 1 of 2 not observed'],
    ['nothing is known', [undefined, unknown], 'Nothing is known'],
  ];
  for (const [when, known, sentence] of cases)
    it(`says "${sentence}" when ${when}`, () => assert.equal(page(...known).sentence, sentence));

  it('adds up the uptime of all', () => {
    assert.deepEqual(page(up, down, unknown).uptime, 0.5);
    assert.equal(page(unknown).uptime, undefined);
  });

  it('tells of the latest troubles of two weeks', () => {
    const minute = 60_000;
    const observed = Array.from(
      { length: 25 },
      (_, i): Partial<Stretch> => ({
        state: i % 2 === 0 ? 'ERR' : 'OK',
        since: MORNING - (25 - i) * minute,
        until: MORNING - (24 - i) * minute,
      }),
    );
    const old: Partial<Stretch> = {
      state: 'ERR',
      since: MORNING - 90 * 86_400_000,
      until: MORNING - 15 * 86_400_000,
    };
    const [shown] = page({ ...all([old, ...observed]), condition: 'ERR' } as Known).entries;
    assert.equal(shown?.troubles.length, 13);
    assert.deepEqual([shown?.troubles[0]?.until, shown?.more], [undefined, 0]);
  });
});

describe('a badge', () => {
  it('says what is up, down or not known', () => {
    const value = (isUp: boolean | undefined, uptime?: number) => badgePicture('x', { isUp, uptime }).value;
    assert.deepEqual(
      [value(true, 0.9998), value(true, 1), value(true), value(false, 0.9998), value(undefined, 1)],
      ['up 99.98 %', 'up 100 %', 'up', 'down', 'unknown'],
    );
  });

  it('can be drawn whatever it is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (title) => {
        const { label, labelText } = badgePicture(title, { isUp: true, uptime: 1 });
        assert.ok([...label].length <= 40);
        assert.ok(label.isWellFormed());
        assert.doesNotMatch(label, /[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/);
        assert.ok(Number.isInteger(labelText.length));
      }),
    );
  });

  it('is as wide as its text, which is cut where it is too long', () => {
    const picture = badgePicture('🛰'.repeat(65_536), { isUp: true, uptime: 1 });
    assert.equal(picture.label, `${'🛰'.repeat(39)}…`);
    assert.equal(picture.width, picture.labelWidth + picture.valueWidth);
    assert.ok(badgePicture('ab', { isUp: true, uptime: 1 }).labelWidth < picture.labelWidth);
  });
});
