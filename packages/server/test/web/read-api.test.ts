import assert from 'node:assert/strict';
import { onBothKinds, startCollector, type TestCollector, WEB1 } from '../support/collector.ts';

onBothKinds('read API', (kind) => {
  let collector: TestCollector;
  const get = async (path: string, status = 200) =>
    (await collector.http().get(`/api/v1${path}`).expect(status)).body;
  const names = (rows: { name: string }[]) => rows.map(({ name }) => name);
  const later = (ms: number) => collector.clock.advanceTo(collector.clock.now() + ms);

  before(async () => {
    collector = await startCollector(kind);
    await collector.report([
      { name: 'cpu', state: 'OK' },
      { name: 'disk', state: 'WARN', info: '91% used' },
      { name: 'brief', state: 'OK', period: 1 },
    ]);
    await collector.report(
      [
        { name: 'disk', state: 'ERR' },
        { name: '100%_odd!', state: 'OK' },
      ],
      { name: 'db1', key: 'k' },
    );
    await collector
      .http()
      .post('/api/ping')
      .send({ server: { name: 'idle', key: 'k' } })
      .expect(200);
    await later(1000);
    await collector.report({ name: 'cpu', state: 'UNK' });
  });
  after(() => collector.stop());

  it('counts', async () => {
    assert.deepEqual(await get('/status'), {
      servers: 3,
      services: 5,
      silent: 1,
      states: { OK: 2, WARN: 1, UNK: 1, ERR: 1 },
      alerts_24h: 4,
    });
  });

  it('lists servers with their worst state', async () => {
    const { servers } = await get('/servers');
    const brief = servers.map((s: Record<string, unknown>) => [
      s.name,
      s.state,
      s.services,
      s.silent,
      s.last_report_at,
    ]);
    assert.deepEqual(brief, [
      ['db1', 'ERR', 2, 0, '2026-01-05T10:00:00.000Z'],
      ['idle', null, 0, 0, null],
      ['web1', 'UNK', 3, 1, '2026-01-05T10:00:01.000Z'],
    ]);
    assert.match(servers[0].ip, /127\.0\.0\.1/);
    assert.deepEqual(Object.keys(servers[0]).sort(), [
      'id',
      'ip',
      'last_report_at',
      'last_seen_at',
      'name',
      'paused',
      'services',
      'silent',
      'skew',
      'state',
      'title',
    ]);
  });

  const filters: [string, string[]][] = [
    ['', ['100%_odd!', 'disk', 'brief', 'cpu', 'disk']],
    ['server=web1', ['brief', 'cpu', 'disk']],
    ['server=WEB1', []],
    ['state=ERR', ['disk']],
    ['silent=true', ['brief']],
    ['silent=0&state=WARN', ['disk']],
    ['q=DI', ['disk', 'disk']],
    ['q=eb1', ['brief', 'cpu', 'disk']],
    ['q=%25_', ['100%_odd!']],
    ['q=!', ['100%_odd!']],
  ];
  for (const [query, expected] of filters)
    it(`lists services by ${query || 'nothing'}`, async () => {
      assert.deepEqual(names((await get(`/services?${query}`)).services), expected);
    });

  it('pages every list by cursor, without next on the last page', async () => {
    for (const [path, list] of [
      ['/services', 'services'],
      ['/servers', 'servers'],
      ['/alerts', 'alerts'],
    ] as const) {
      const whole = (await get(path))[list];
      const pieces: unknown[] = [];
      let cursor = '';
      for (let pages = 0; pages < 10; pages++) {
        const page = await get(`${path}?limit=2${cursor}`);
        pieces.push(...page[list]);
        if (!('next' in page)) break;
        assert.equal(page[list].length, 2);
        cursor = `&cursor=${page.next}`;
      }
      assert.deepEqual(pieces, whole);
    }
  });

  it('shows one service, its history, reports and alerts', async () => {
    const { services } = await get('/services?server=web1&q=cpu');
    const id = services[0].id;
    assert.deepEqual(await get(`/services/${id}`), services[0]);
    const { spans } = await get(`/services/${id}/history`);
    assert.deepEqual(
      spans.map((s: Record<string, unknown>) => [s.state, s.since, s.until]),
      [
        ['UNK', '2026-01-05T10:00:01.000Z', null],
        ['OK', '2026-01-05T10:00:00.000Z', '2026-01-05T10:00:01.000Z'],
      ],
    );
    assert.deepEqual(await get(`/services/${id}/reports`), {
      reports: [
        { at: '2026-01-05T10:00:01.000Z', state: 'UNK', info: '' },
        { at: '2026-01-05T10:00:00.000Z', state: 'OK', info: '' },
      ],
    });
    const { alerts } = await get('/alerts?server=web1&service=cpu');
    assert.deepEqual(
      alerts.map((a: Record<string, unknown>) => [a.kind, a.severity, a.at]),
      [['service:state/UNK', 'warning', '2026-01-05T10:00:01.000Z']],
    );
  });

  it('cuts history, reports and alerts by time', async () => {
    const id = (await get('/services?server=web1&q=cpu')).services[0].id;
    const count = async (path: string, list: string) => (await get(path))[list].length;
    assert.equal(await count(`/services/${id}/history?until=2026-01-05T10:00:01Z`, 'spans'), 1);
    assert.equal(await count(`/services/${id}/history?since=2026-01-05T10:00:01Z`, 'spans'), 1);
    assert.equal(await count(`/services/${id}/reports?since=2026-01-05T10:00:00.500Z`, 'reports'), 1);
    assert.equal(await count(`/services/${id}/reports?until=2026-01-05T10:00:00.500Z`, 'reports'), 1);
    assert.equal(await count('/alerts?since=2026-01-05T10:00:01Z', 'alerts'), 2);
    assert.equal(await count('/alerts?kind=plugin/offline', 'alerts'), 1);
    assert.equal(await count('/alerts?severity=info', 'alerts'), 0);
    assert.equal(await count('/alerts?severity=warning', 'alerts'), 2);
    assert.equal(await count('/alerts?severity=critical', 'alerts'), 2);
  });

  const wrong: [string, string][] = [
    ['/services?limit=0', 'limit'],
    ['/services?limit=1001', 'limit'],
    ['/services?state=BAD', 'state'],
    ['/services?silent=maybe', 'silent'],
    ['/services?q=a&q=b', 'q'],
    ['/services?cursor=nonsense', 'cursor'],
    ['/alerts?since=yesterday', 'since'],
    ['/alerts?severity=bad', 'severity'],
    ['/alerts?since=2026-13-45', 'since'],
    ['/servers?cursor=WzEsMl0', 'cursor'],
  ];
  for (const [path, parameter] of wrong)
    it(`refuses ${path} and names ${parameter}`, async () => {
      assert.ok((await get(path, 400)).error.startsWith(parameter));
    });

  it('answers 404 as JSON for what is not there', async () => {
    for (const path of [
      '/services/999',
      '/services/abc',
      '/services/1.5',
      '/services/999/history',
      '/nonsense',
      '/services/%E0%A4%A',
    ])
      assert.match(JSON.stringify(await get(path, path.includes('%') ? 400 : 404)), /^\{"error":".+"\}$/);
    await collector.http().delete('/api/v1/servers/999').expect(404);
  });

  it('says whether it is alive, can store, and how it fares', async () => {
    await collector.http().get('/healthz').expect(200, { ok: 1 });
    await collector.http().get('/readyz').expect(200, { ok: 1, warnings: [] });
    const { text } = await collector
      .http()
      .get('/metrics')
      .expect(200)
      .expect('Content-Type', /text\/plain/);
    assert.match(text, /^overc_reports_total 6$/m);
    assert.match(text, /^overc_services\{state="ERR"\} 1$/m);
  });
});

onBothKinds('removal', (kind) => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startCollector(kind);
    await collector.report([
      { name: 'a', state: 'ERR' },
      { name: 'b', state: 'ERR' },
    ]);
    await collector.report({ name: 'c', state: 'ERR' }, { name: 'db1', key: 'k' });
  });
  afterEach(() => collector.stop());
  const get = async (path: string) => (await collector.http().get(`/api/v1${path}`).expect(200)).body;

  it('of a service takes its history and alerts, and its next report starts anew', async () => {
    const { services } = await get('/services?server=web1&q=a');
    await collector.http().delete(`/api/v1/services/${services[0].id}`).expect(200, { ok: 1 });
    await collector.http().delete(`/api/v1/services/${services[0].id}`).expect(404);
    assert.equal((await get('/alerts?server=web1')).alerts.length, 1);
    await collector.report({ name: 'a', state: 'OK' });
    const again = (await get('/services?server=web1&q=a')).services[0];
    assert.notEqual(again.id, services[0].id);
    assert.equal((await get(`/services/${again.id}/reports`)).reports.length, 1);
  });

  it('of a server takes all that is its, and frees the name for another key', async () => {
    const { servers } = await get('/servers');
    const web1 = servers.find(({ name }: { name: string }) => name === 'web1');
    await collector.http().delete(`/api/v1/servers/${web1.id}`).expect(200, { ok: 1 });
    assert.deepEqual(
      await get('/status').then(({ servers, services, alerts_24h }) => [servers, services, alerts_24h]),
      [1, 1, 1],
    );
    await collector.report({ name: 'a', state: 'OK' }, { ...WEB1, key: 'new key' });
  });
});
