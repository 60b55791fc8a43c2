import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { onBothKinds, startCollector, type TestCollector, WEB1 } from '../support/collector.ts';

const STATUS = '/api/set/service/status';
const ALERTS = '/api/set/alerts';

onBothKinds('write API', (kind) => {
  let collector: TestCollector;
  const http = () => collector.http();
  const post = (path: string, body: object | string) =>
    http().post(path).set('Content-Type', 'application/json').send(body);
  const counts = async () => (await http().get('/api/v1/status').expect(200)).body;

  beforeEach(async () => {
    collector = await startCollector(kind);
  });
  afterEach(() => collector.stop());

  it('answers a ping with a pong, and registers the server with the key that comes first', async () => {
    await post('/api/ping', { server: WEB1 }).expect(200, { pong: 1 });
    await post('/api/ping', { server: { ...WEB1, key: 'other' } }).expect(403, /server\.key/);
    await post('/api/ping', { server: WEB1 }).expect(200, { pong: 1 });
    assert.equal((await counts()).servers, 1);
  });

  it('stores a report and tells it again', async () => {
    await post(STATUS, {
      server: WEB1,
      period: 60,
      services: [{ name: 'disk', state: 'WARN', info: '91% used' }],
    }).expect(200, { ok: 1 });
    const { body } = await http().get('/api/v1/services').expect(200);
    assert.deepEqual(body, {
      services: [
        {
          id: body.services[0].id,
          server: 'web1',
          name: 'disk',
          title: null,
          state: 'WARN',
          info: '91% used',
          period: 60,
          grace: 0,
          silent: false,
          paused: false,
          reported_at: '2026-01-05T10:00:00.000Z',
          deadline_at: '2026-01-05T10:01:00.000Z',
          running_since: null,
          ended_at: null,
          state_since: '2026-01-05T10:00:00.000Z',
        },
      ],
    });
  });

  it('reads FAIL as ERR, an unknown word as UNK with the word in the info, and digits as a number', async () => {
    const services = [
      { name: 'a', state: 'FAIL' },
      { name: 'b', state: 'weird', info: 'hm' },
      { name: 'c', state: 'OK', period: '90' },
    ];
    await post(STATUS, { server: WEB1, period: '60', services }).expect(200);
    const { body } = await http().get('/api/v1/services').expect(200);
    assert.deepEqual(
      body.services.map((service: { state: string; period: number }) => [service.state, service.period]),
      [
        ['ERR', 60],
        ['UNK', 60],
        ['OK', 90],
      ],
    );
    assert.match(body.services[1].info, /"weird".*hm/);
  });

  it('takes the last of two entries for one service', async () => {
    const services = [
      { name: 'a', state: 'ERR' },
      { name: 'a', state: 'OK', info: 'last' },
    ];
    await post(STATUS, { server: WEB1, period: 60, services }).expect(200);
    const { body } = await http().get('/api/v1/alerts').expect(200);
    assert.deepEqual(body.alerts, []);
  });

  it('keeps any Unicode apart: case, accents, blanks at the end, and names that JavaScript has a use for', async () => {
    const names = [
      'disk',
      'Disk',
      'disk ',
      'dísk',
      'dísk'.normalize('NFD'),
      '__proto__',
      'constructor',
      '🛰'.repeat(255),
      'a\u0000b',
      'نص',
    ];
    const services = names.map((name) => ({ name, state: 'OK', info: name }));
    await post(STATUS, { server: WEB1, period: 60, services }).expect(200);
    await post(STATUS, { server: WEB1, period: 60, services }).expect(200);
    const { body } = await http().get('/api/v1/services').expect(200);
    assert.equal(body.services.length, names.length);
    for (const { name, info } of body.services) assert.equal(info, name);
  });

  it('records posted alerts, with the service’s state where it has reported', async () => {
    await post(STATUS, {
      server: WEB1,
      period: 60,
      services: [{ name: 'queue', state: 'OK', info: '3 items' }],
    }).expect(200);
    const alerts = [
      { message: 'System down' },
      { message: 'Cannot check', service: 'queue' },
      { message: 'Odd', service: 'never' },
    ];
    await post(ALERTS, { server: WEB1, alerts }).expect(200, { ok: 1 });
    const { body } = await http().get('/api/v1/alerts').expect(200);
    assert.deepEqual(
      body.alerts.map((a: Record<string, unknown>) => [
        a.kind,
        a.server,
        a.service,
        a.message,
        a.state,
        a.info,
      ]),
      [
        ['api/alert', 'web1', 'never', 'Odd', null, null],
        ['api/alert', 'web1', 'queue', 'Cannot check', 'OK', '3 items'],
        ['api/alert', 'web1', null, 'System down', null, null],
      ],
    );
    assert.equal((await counts()).services, 1);
  });

  it('raises an alert once that is posted again with the same id, by the same server', async () => {
    const alerts = [
      { message: 'first', id: 'a' },
      { message: 'again', id: 'a' },
      { message: 'other', id: 'A' },
      { message: 'without' },
    ];
    const web2 = { name: 'web2', key: '1' };
    for (const server of [WEB1, WEB1, web2]) await post(ALERTS, { server, alerts }).expect(200, { ok: 1 });
    await Promise.all(
      [1, 2, 3].map(() => post(ALERTS, { server: WEB1, alerts: [{ message: 'once', id: 'b' }] }).expect(200)),
    );
    const { body } = await http().get('/api/v1/alerts').expect(200);
    assert.deepEqual(
      body.alerts
        .map((alert: { server: string; message: string }) => `${alert.server} ${alert.message}`)
        .reverse(),
      [
        ...['web1 first', 'web1 other', 'web1 without', 'web1 without'],
        ...['web2 first', 'web2 other', 'web2 without', 'web1 once'],
      ],
    );
  });

  it('takes a body of any content type', async () => {
    const body = JSON.stringify({ server: WEB1, period: 60, services: [{ name: 'disk', state: 'OK' }] });
    await http().post(STATUS).set('Content-Type', 'application/x-www-form-urlencoded').send(body).expect(200);
    await http()
      .post(`${STATUS}/?x=1`)
      .set('Content-Type', 'text/plain; charset=utf-16')
      .send(body)
      .expect(200);
  });

  const good = { name: 'disk', state: 'OK' };
  const bad: [string, string, unknown, string][] = [
    ['an array', STATUS, [], 'body'],
    ['null', STATUS, null, 'body'],
    ['a number', '/api/ping', 5, 'body'],
    ['no server', STATUS, { period: 60, services: [good] }, 'server'],
    ['a server that is a string', '/api/ping', { server: 'web1' }, 'server'],
    ['no key', '/api/ping', { server: { name: 'web1' } }, 'server.key'],
    ['a key that is a number', '/api/ping', { server: { name: 'web1', key: 1234 } }, 'server.key'],
    ['an empty name', '/api/ping', { server: { name: '', key: 'x' } }, 'server.name'],
    ['an over-long name', '/api/ping', { server: { name: 'x'.repeat(256), key: 'x' } }, 'server.name'],
    ['an over-long key', '/api/ping', { server: { name: 'x', key: '🛰'.repeat(256) } }, 'server.key'],
    ['no services', STATUS, { server: WEB1, period: 60 }, 'services'],
    ['services that are an object', STATUS, { server: WEB1, period: 60, services: {} }, 'services'],
    ['no period', STATUS, { server: WEB1, services: [good] }, 'period'],
    ['a period of 0', STATUS, { server: WEB1, period: 0, services: [good] }, 'period'],
    ['a negative period', STATUS, { server: WEB1, period: -1, services: [good] }, 'period'],
    ['a fractional period', STATUS, { server: WEB1, period: 1.5, services: [good] }, 'period'],
    ['a period beyond a year', STATUS, { server: WEB1, period: 31536001, services: [good] }, 'period'],
    ['a period of words', STATUS, { server: WEB1, period: 'soon', services: [good] }, 'period'],
    [
      'a service’s own bad period',
      STATUS,
      { server: WEB1, period: 60, services: [good, { ...good, period: 0 }] },
      'services[1].period',
    ],
    [
      'a service without a state',
      STATUS,
      { server: WEB1, period: 60, services: [good, { name: 'b' }] },
      'services[1].state',
    ],
    [
      'a state that is a number',
      STATUS,
      { server: WEB1, period: 60, services: [{ name: 'b', state: 0 }] },
      'services[0].state',
    ],
    [
      'an info that is a list',
      STATUS,
      { server: WEB1, period: 60, services: [{ ...good, info: [] }] },
      'services[0].info',
    ],
    [
      'a lone surrogate',
      STATUS,
      '{"server":{"name":"web1","key":"k"},"period":60,"services":[{"name":"\\ud800","state":"OK"}]}',
      'services[0].name',
    ],
    ['no message', ALERTS, { server: WEB1, alerts: [{}] }, 'alerts[0].message'],
    [
      'an empty service',
      ALERTS,
      { server: WEB1, alerts: [{ message: 'x', service: '' }] },
      'alerts[0].service',
    ],
    ['what is not JSON', STATUS, '{"server":', 'body'],
    ['nothing', STATUS, '', 'body'],
    [
      'deep nesting',
      STATUS,
      `{"server":{"name":"a","key":"b"},"period":60,"services":[],"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      'x',
    ],
    [
      '__proto__',
      STATUS,
      '{"__proto__":{"server":{"name":"a","key":"b"}},"period":60,"services":[]}',
      '__proto__',
    ],
  ];
  it('refuses bad input with 400, names the field, and stores nothing of it', async () => {
    for (const [title, path, body, field] of bad) {
      const answer = await post(path, typeof body === 'string' ? body : JSON.stringify(body));
      assert.equal(answer.status, 400, title);
      assert.ok(answer.body.error.startsWith(`${field} `), `${title}: ${answer.body.error}`);
      assert.deepEqual(Object.keys(answer.body), ['error']);
    }
    const { servers, services, alerts_24h } = await counts();
    assert.deepEqual({ servers, services, alerts_24h }, { servers: 0, services: 0, alerts_24h: 0 });
  });

  it('refuses invalid UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('{"server":{"name":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('","key":"k"}}'),
    ]);
    const answer = await fetch(`${collector.app.url()}api/ping`, { method: 'POST', body });
    assert.equal(answer.status, 400);
    assert.deepEqual(await answer.json(), { error: 'body is not valid UTF-8' });
  });

  it('refuses more than 1 MiB with 413, announced or not', async () => {
    const services = [{ ...good, info: 'x'.repeat(1024 ** 2) }];
    await post(STATUS, { server: WEB1, period: 60, services }).expect(413, /1048576 bytes/);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(1024 ** 2 + 1));
        controller.close();
      },
    });
    const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    assert.equal((await fetch(`${collector.app.url()}api/ping`, init)).status, 413);
    assert.equal((await counts()).servers, 0);
  });

  it('takes just under 1 MiB whole', async () => {
    const info = 'ü'.repeat(500_000);
    await collector.report({ name: 'big', state: 'OK', info });
    const { body } = await http().get('/api/v1/services').expect(200);
    assert.equal(body.services[0].info, info);
  });

  it('stores nothing of a POST whose key is wrong', async () => {
    await collector.report(good);
    const stranger = { name: 'web1', key: 'guess' };
    await post(STATUS, { server: stranger, period: 60, services: [{ name: 'new', state: 'ERR' }] }).expect(
      403,
    );
    await post(ALERTS, { server: stranger, alerts: [{ message: 'x' }] }).expect(403);
    const { services, alerts_24h } = await counts();
    assert.deepEqual([services, alerts_24h], [1, 0]);
  });

  it('answers 429 to a guesser after twenty wrong keys, and lets it try again a minute later', async () => {
    await collector.report(good);
    for (let i = 0; i < 20; i++)
      await post('/api/ping', { server: { name: 'web1', key: `guess ${i}` } }).expect(403);
    const refused = await post('/api/ping', { server: WEB1 }).expect(429);
    assert.equal(refused.headers['retry-after'], '60');
    await collector.report(good, { name: 'web2', key: 'another server is not held up' });
    await collector.clock.advanceTo(collector.clock.now() + 60_000);
    await post('/api/ping', { server: WEB1 }).expect(200);
  });

  it('answers other methods with 405 and Allow', async () => {
    const answer = await http().get('/api/ping').expect(405);
    assert.equal(answer.headers.allow, 'POST');
  });

  it('answers each of many POSTs at once, in one order for one service', async () => {
    const posts = Array.from({ length: 100 }, (_, i) =>
      collector.report(
        { name: `s${i % 10}`, state: 'OK', info: String(i) },
        { name: `web${i % 3}`, key: 'k' },
      ),
    );
    await Promise.all(posts);
    const { servers, services } = await counts();
    assert.deepEqual([servers, services], [3, 30]);
    const { body } = await http().get('/api/v1/services?limit=1000').expect(200);
    const ids = body.services.map(({ id }: { id: number }) => id);
    const kept = await Promise.all(
      ids.map(async (id: number) => (await http().get(`/api/v1/services/${id}/reports`)).body.reports.length),
    );
    assert.equal(
      kept.reduce((a: number, b: number) => a + b),
      100,
    );
  });

  it('survives a sender that goes away in the middle of its body', async () => {
    const { hostname, port } = new URL(collector.app.url());
    const socket = connect(Number(port), hostname);
    socket.write('POST /api/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"server":');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
    await post('/api/ping', { server: WEB1 }).expect(200);
  });
});
