import assert from 'node:assert/strict';
import type { Stretch } from '../../src/core/observed.ts';
import { stripsOf } from '../../src/web/pages/timeline.ts';
import { fromToText } from '../../src/web/pages/times.ts';
import { barOf, percentText, uptimeBars } from '../../src/web/pages/uptime.ts';
import { MORNING, onBothKinds } from '../support/collector.ts';
import { Day } from '../support/day.ts';

const HOUR_MS = 3_600_000;

onBothKinds('the past of a service', (kind) => {
  let day: Day;
  const get = (path: string, status = 200) => day.collector.http().get(path).expect(status);
  const uptime = async () => (await get('/api/v1/services/1/uptime')).body;
  beforeEach(async () => {
    day = await Day.start(kind);
  });
  afterEach(() => day.stop());

  it('is counted for and against its uptime as it was observed', async () => {
    await day.at('10:00').report('disk', 'OK', { period: 120 });
    assert.deepEqual(await uptime(), {
      uptime: { '24h': null, '7d': null, '30d': null, '90d': null, '365d': null },
      since: null,
    });
    await day.at('10:01').report('disk', 'ERR', { period: 120 });
    await day.at('10:02').report('disk', 'UNK', { period: 120 });
    await day.at('10:03').report('disk', 'WARN', { period: 120 });
    await day.at('10:04').expectAlerts(...['ERR', 'UNK', 'WARN'].map((s) => `service:state/${s} disk`));
    const { uptime: ratios, since } = await uptime();
    assert.deepEqual(new Set(Object.values(ratios)), new Set([2 / 3]));
    assert.equal(since, '2026-01-05T10:00:00.000Z');
    await day.at('10:06').expectAlert('plugin/offline', 'disk');
    assert.equal((await uptime()).uptime['24h'], 3 / 5);
    await get('/api/v1/services/2/uptime', 404);
  });

  it('leaves out the time in which nobody was listening', async () => {
    await day.at('10:00').report('disk', 'OK', { period: 60 });
    await day.at('10:00:30').expectNothing();
    day.collector.clock.jump(HOUR_MS);
    await day.at('11:00:31').expectAlert('collector/resumed', null);
    await day.at('11:02:30').expectAlert('plugin/offline', 'disk');
    const ratio = (await uptime()).uptime['7d']; // up for 30 s before the gap and 60 s after it, then silent for 60 s
    assert.equal(ratio.toFixed(2), '0.60');
    const { text } = await get('/services/1');
    assert.match(text, /<title>not observed, 2026-01-05 10:00:30 to 11:00:30 UTC<\/title>/);
    assert.match(text, /<title>OK, silent, 2026-01-05 11:01:30 to 11:02:30 UTC<\/title>/);
  });

  it('is drawn on the pages, a day or as long as is asked for', async () => {
    const name = '</svg><script>alert(1)</script>"';
    await day.at('10:00').report(name, 'WARN');
    await day.at('10:00:30').expectAlert('service:state/WARN', name);
    for (const [path, since] of [
      ['/services/1', '2026-01-04 10:00:30 UTC'],
      ['/services/1?range=week', '2025-12-29 10:00:30 UTC'],
      ['/servers/1', '2026-01-04 10:00:30 UTC'],
      ['/servers/1?range=quarter', '2025-10-06 10:00:30 UTC'],
      ['/servers/1?range=year', '2025-01-05 10:00:30 UTC'],
    ] as const) {
      const { text } = await get(path);
      assert.ok(text.includes(`>${since}</time>`), path);
      assert.match(text, /<title>WARN, 2026-01-05 10:00:00 to 10:00:30 UTC<\/title>/);
      assert.doesNotMatch(text, /\sstyle="|<script>|<\/svg><s/);
    }
    assert.match((await get('/services/1')).text, /<span>24 hours<\/span> <strong>100 %<\/strong>/);
    assert.match((await get('/services/1?range=age', 400)).text, /range must be one of day, week/);
  });

  it('has bands for the first 50 services of a server', async () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ name: `s${i}`, state: 'OK' }));
    await day.collector.report(many);
    const { text } = await get('/servers/1');
    assert.equal(text.match(/class="overc-band"/g)?.length, 50);
    assert.match(text, /10 more are not drawn/);
  });
});

describe('a bar', () => {
  const at = (hour: number) => MORNING + hour * HOUR_MS;
  const stretch = (state: Stretch['state'], since: number, until: number, silent = false): Stretch => ({
    ...{ state, silent, since: at(since), until: at(until) },
  });

  it('has blocks whose height tells what their colour tells', () => {
    const observed = [
      stretch('OK', 1, 2),
      stretch('WARN', 2, 3),
      stretch('ERR', 3, 3.5),
      stretch('OK', 3.5, 4.99),
      stretch('OK', 4.99, 5, true),
      stretch('ERR', 5, 6),
      stretch('UNK', 6, 7),
    ];
    const { blocks, uptime, width } = barOf(observed, { since: at(0), until: at(7) }, 7, 'all');
    assert.deepEqual(
      blocks.map(({ parts }) => parts.map(({ look, height }) => `${look} ${height}`).join(', ')),
      ['none 4', 'ok 14', 'warn 18', 'err 12, ok 12', 'err 8, ok 16', 'err 24', 'none 4'],
    );
    assert.deepEqual(
      blocks.map(({ title }) => title.replace(/^.*UTC: /, '')),
      ['not observed', 'up 100 %', 'up 100 %, WARN', 'up 50.00 %', 'up 99.00 %', 'up 0.00 %', 'UNK'],
    );
    assert.equal(uptime, '69.80 %');
    assert.equal(width, (blocks.at(-1)?.x ?? 0) + 10);
  });

  it('names how much of a block was not observed', () => {
    const [block] = barOf([stretch('OK', 0.5, 1)], { since: at(0), until: at(1) }, 1, 'all').blocks;
    assert.equal(block?.title, '2026-01-05 10:00:00 to 11:00:00 UTC: up 100 %, 50.00 % not observed');
  });

  it('is drawn for each range', () => {
    assert.deepEqual(
      uptimeBars([], MORNING).map(({ name, uptime, blocks }) => [name, uptime, blocks.length]),
      [
        ['24 hours', 'not observed', 48],
        ['7 days', 'not observed', 56],
        ['30 days', 'not observed', 30],
        ['90 days', 'not observed', 90],
        ['365 days', 'not observed', 73],
      ],
    );
  });

  it('has a share that is never rounded up to 100 %', () => {
    assert.deepEqual([0, 0.57, 0.29, 0.9998, 0.99999999, 1].map(percentText), [
      '0.00 %',
      '57.00 %',
      '29.00 %',
      '99.98 %',
      '99.99 %',
      '100 %',
    ]);
    assert.equal(
      fromToText(MORNING, MORNING + 24 * HOUR_MS),
      '2026-01-05 10:00:00 to 2026-01-06 10:00:00 UTC',
    );
  });
});

describe('a band', () => {
  const range = { since: 0, until: 100_000 };
  const look = (observed: Stretch[]) =>
    stripsOf(observed, range, '/services/1/history').map(({ x, width, look }) => `${look} ${x}+${width}`);

  it('has a strip for each stretch, the worst above the others, none too thin to be seen', () => {
    const stretches: Stretch[] = [
      { state: 'ERR', silent: false, since: 20_000, until: 20_001 },
      { state: 'OK', silent: false, since: 20_001, until: 99_999 },
      { state: 'WARN', silent: true, since: 99_999, until: 100_000 },
    ];
    assert.deepEqual(look(stretches), ['none 0+200', 'ok 200.01+799.98', 'silent 998+2', 'err 200+2']);
  });

  it('has no more strips than can be seen, however often the state changed', () => {
    const stretches = Array.from({ length: 5000 }, (_, i) => ({
      ...{ state: i % 1000 === 500 ? ('ERR' as const) : ('OK' as const), silent: false },
      ...{ since: i * 20, until: i * 20 + 10 },
    }));
    const strips = stripsOf(stretches, range, '/services/1/history');
    assert.equal(strips.length, 400);
    assert.equal(stripsOf(stretches, range, '/services/1/history', 50).length, 80);
    assert.equal(strips.filter(({ look }) => look === 'err').length, 5);
  });
});
