import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KINDS, kindsOf, SEVERITIES, severityOf } from '../../src/core/alert.ts';
import { connect } from '../../src/store/connection.ts';
import { csvLine } from '../../src/web/csv.ts';
import { alertForm } from '../../src/web/pages/alerts.ts';
import { MORNING, onBothKinds, startCollector, type TestCollector } from '../support/collector.ts';

onBothKinds('the page of alerts', (kind) => {
  let collector: TestCollector;
  const get = (path: string) => collector.http().get(path).expect(200);
  const nothing = { server: undefined, service: undefined, kind: undefined, severity: undefined };

  before(async () => {
    collector = await startCollector(kind);
    await collector.report([
      { name: 'disk', state: 'ERR', info: '=cmd|calc' },
      { name: 'load', state: 'WARN', info: 'a "quote",\nand more' },
    ]);
    await collector.report({ name: 'disk', state: 'UNK' }, { name: '@db', key: 'k' });
    await collector.clock.advanceTo(MORNING + 30_000);
    await collector.report({ name: 'load', state: 'OK', info: '' });
  });
  after(() => collector.stop());

  const shown = async (query: string) =>
    [...(await get(`/alerts?${query}`)).text.matchAll(/overc-badge-\w+">([a-z]+[:/][^<]+)</g)].map(
      ([, kind]) => kind,
    );

  const filters: [string, string[]][] = [
    ['', ['service:state/OK', 'service:state/UNK', 'service:state/WARN', 'service:state/ERR']],
    ['server=web1', ['service:state/OK', 'service:state/WARN', 'service:state/ERR']],
    ['service=disk', ['service:state/UNK', 'service:state/ERR']],
    ['kind=service:state/ERR', ['service:state/ERR']],
    ['severity=warning', ['service:state/UNK', 'service:state/WARN']],
    ['severity=critical&server=', ['service:state/ERR']],
    ['since=2026-01-05T10:00:30', ['service:state/OK']],
    ['server=nobody', []],
  ];
  for (const [query, kinds] of filters)
    it(`shows and saves ${query || 'all'}`, async () => {
      assert.deepEqual(await shown(query), kinds);
      const { alerts, cut } = (await get(`/alerts.json?${query}`)).body;
      assert.deepEqual(alerts, (await get(`/api/v1/alerts?${query}`)).body.alerts);
      assert.equal(cut, false);
      assert.equal(
        (await get(`/alerts.csv?${query}`)).text.match(/service:state/g)?.length ?? 0,
        kinds.length,
      );
    });

  it('keeps the filter in its form and in the addresses of the files', async () => {
    const { text } = await get('/alerts?server=%40db&severity=warning&since=2026-01-05T10:00:00Z&cursor=');
    assert.match(text, /name="server" value="@db"/);
    assert.match(text, /<option selected>warning</);
    assert.match(text, /name="since" value="2026-01-05T10:00:00"/);
    assert.match(text, /href="\/alerts\.csv\?server=%40db&amp;severity=warning&amp;since=2026-01-05T10/);
    assert.match(
      (await collector.http().get('/alerts?severity=bad').expect(400)).text,
      /severity must be one of/,
    );
    await collector.http().get('/alerts.csv?since=tomorrow').expect(400).expect('Content-Type', /html/);
  });

  it('saves as a table that no spreadsheet runs', async () => {
    const { text, headers } = await get('/alerts.csv?server=web1');
    assert.match(headers['content-type'] ?? '', /^text\/csv; charset=utf-8/);
    assert.match(headers['content-disposition'] ?? '', /^attachment; filename="?alerts\.csv"?$/);
    assert.equal(
      text
        .split('\r\n')
        .slice(0, 3)
        .join('|')
        .replaceAll(/\b\d+,(?=2026)/g, ''),
      [
        'id,at,server,service,kind,severity,message,state,info',
        '2026-01-05T10:00:30.000Z,web1,load,service:state/OK,info,"State changed: ""WARN"" -> ""OK""",OK,',
        '2026-01-05T10:00:00.000Z,web1,load,service:state/WARN,warning,"State changed: ""(?)"" -> ""WARN""",WARN,"a ""quote"",\nand more"',
      ].join('|'),
    );
    assert.ok(text.includes(",'=cmd|calc\r\n"));
    assert.ok((await get('/alerts.csv?severity=warning')).text.includes(",'@db,"));
  });

  it('pages through a filter, and saves the latest ten thousand, saying so', async () => {
    const db = connect(collector.database.url);
    const rows = Array.from({ length: 10_001 }, (_, i) => ({
      ...{ at: MORNING + 60_000 + (i >> 2), kind: 'channel/failing', message: `number ${i}` },
    }));
    for (let from = 0; from < rows.length; from += 500)
      await db('alerts').insert(rows.slice(from, from + 500));
    await db.destroy();

    const next = /href="([^"]*cursor[^"]*)"/.exec((await get('/alerts?kind=channel/failing')).text)?.[1];
    const second = (await get(next?.replaceAll('&amp;', '&') ?? '')).text;
    assert.ok(second.includes('number 9900') && !second.includes('number 9901'));
    assert.match(second, /name="kind" value="channel\/failing"/);

    const { alerts, cut, note } = (await get('/alerts.json?kind=channel/failing')).body;
    assert.deepEqual([alerts.length, cut, alerts[0].message], [10_000, true, 'number 10000']);
    assert.match(note, /Only the latest 10000 alerts/);
    assert.equal(new Set(alerts.map(({ id }: { id: number }) => id)).size, 10_000);
    const lines = (await get('/alerts.csv?kind=channel/failing')).text.trimEnd().split('\r\n');
    assert.equal(lines.length, 1 + 10_000 + 1);
    assert.match(lines.at(-1) ?? '', /^,,,,,,Only the latest 10000 alerts are here; narrow the filter/);
  });

  it('offers to show all only when something is filtered', () => {
    assert.equal(alertForm({ ...nothing, since: undefined }).isFiltered, false);
    assert.equal(alertForm({ ...nothing, since: MORNING }).isFiltered, true);
    assert.equal(alertForm({ ...nothing, since: undefined }).csvHref, '/alerts.csv');
  });
});

describe('comma-separated values', () => {
  it('come back as they were, but for what a spreadsheet would run', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', '=', '-', ' ', 'ü') });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
        const expected = cells.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text));
        assert.deepEqual(readLine(csvLine(cells)), expected);
      }),
    );
  });

  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])
    it(`put an apostrophe before ${JSON.stringify(text)}`, () => {
      assert.deepEqual(readLine(csvLine([text, 'x'])), [`'${text}`, 'x']);
    });

  it('leave numbers as they are, and nothing as nothing', () => {
    assert.equal(csvLine([-5, null, '']), '-5,,\r\n');
  });

  /** Reads one line as RFC 4180 has it. */
  function readLine(line: string): string[] {
    assert.ok(line.endsWith('\r\n'));
    const cells = [...line.slice(0, -2).matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(?:,|$)/gy)].map(
      ([, cell]) => cell ?? '',
    );
    const read = cells.map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
    return line.slice(0, -2).endsWith(',') ? read : read.slice(0, read.length - 1 || 1);
  }
});

describe('severities', () => {
  it('name the kinds that are so bad', () => {
    for (const severity of SEVERITIES) {
      const kinds = kindsOf(severity);
      const found = KINDS.filter((kind) =>
        'only' in kinds ? kinds.only.includes(kind) : !kinds.allBut.includes(kind),
      );
      assert.deepEqual(
        found,
        KINDS.filter((kind) => severityOf(kind) === severity),
      );
    }
  });
});
