import assert from 'node:assert/strict';
import { systemClock } from '../src/clock.ts';
import { Client } from '../src/report/client.ts';
import { CollectorError } from '../src/report/errors.ts';
import { type Answer, Collector, hang, hangUp, json } from './collector.ts';

const identity = { name: 'web1', key: 's3cret-key' };
const report = { service: 'app', state: 'OK', info: 'fine', periodSeconds: 60 };

describe('the client', () => {
  let collector: Collector;
  let client: Client;

  beforeEach(async () => {
    collector = await new Collector().start();
    client = new Client({ server: collector.url, identity }, { patienceMs: 300 });
  });
  afterEach(async () => {
    await client.close();
    await collector.close();
  });

  const failure = async (answer: Answer): Promise<CollectorError> => {
    collector.answer = answer;
    return client.ping().then(
      () => assert.fail('it was taken'),
      (error) => error,
    );
  };

  it('posts a ping', async () => {
    await client.ping();
    const { path, body, headers } = await collector.request(1);
    assert.deepEqual([path, body], ['/api/ping', { server: identity }]);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.authorization, undefined);
  });

  it('posts states with a period each, and one for all', async () => {
    const que = {
      ...report,
      service: 'que',
      state: 'FAIL',
      periodSeconds: 10,
      graceSeconds: 5,
      title: 'Queue',
    };
    const before = systemClock.timestamp();
    await client.report([report, que]);
    const { path, body } = await collector.request(1);
    assert.equal(path, '/api/set/service/status');
    const { sent_at, ...said } = body;
    assert.ok(before <= sent_at && sent_at <= systemClock.timestamp(), sent_at);
    assert.deepEqual(said, {
      server: identity,
      period: 10,
      services: [
        { name: 'app', state: 'OK', info: 'fine', period: 60 },
        { name: 'que', state: 'FAIL', info: 'fine', period: 10, grace: 5, title: 'Queue' },
      ],
    });
  });

  it('posts alerts, with a service or without', async () => {
    const alerts = [{ message: 'System down' }, { message: 'Cannot check', service: 'queue' }];
    await client.alert(alerts);
    const { path, body } = await collector.request(1);
    assert.deepEqual([path, body], ['/api/set/alerts', { server: identity, alerts }]);
  });

  it("sends the URL's credentials as Basic authorization, decoded, and keeps its path", async () => {
    const server = `http://us%40er:p%C3%A4ss%3Aword@${collector.host}/overc/`;
    const other = new Client({ server, identity });
    await other.ping();
    await other.close();
    const { path, headers } = await collector.request(1);
    assert.equal(path, '/overc/api/ping');
    assert.equal(headers.authorization, `Basic ${Buffer.from('us@er:päss:word').toString('base64')}`);
    assert.equal(other.address, `http://${collector.host}/overc/`);
  });

  it('takes a % in a password that encodes nothing as it stands', async () => {
    const other = new Client({ server: `http://u:50%25%@${collector.host}/`, identity });
    await other.ping();
    await other.close();
    const { headers } = await collector.request(1);
    assert.equal(headers.authorization, `Basic ${Buffer.from('u:50%25%').toString('base64')}`);
  });

  it('repeats the reason that the collector gives', async () => {
    const error = await failure(json(403, { error: 'server.key is not the one web1 sent first' }));
    assert.ok(error instanceof CollectorError);
    assert.equal(error.status, 403);
    assert.equal(error.message, `${collector.url} answered 403: server.key is not the one web1 sent first`);
  });

  it('never repeats the key, even when the answer does', async () => {
    const error = await failure(json(400, { error: `body {"key":"${identity.key}"} is odd` }));
    assert.match(error.message, /answered 400: body \{"key":"\*\*\*"\} is odd/);
  });

  it('knows how long a busy collector asks to be left alone', async () => {
    const error = await failure(json(503, { error: 'overloaded' }, { 'retry-after': '7' }));
    assert.deepEqual([error.status, error.retryAfterMs], [503, 7000]);
    assert.equal(
      (await failure(json(503, {}, { 'retry-after': 'Fri, 01 Jan 2038 00:00:00 GMT' }))).retryAfterMs,
      undefined,
    );
  });

  const oddities: [string, Answer, RegExp][] = [
    [
      '200 from something else',
      json(200, { hello: 1 }),
      /answered 200: this is not what an OverC collector says/,
    ],
    ['200 and no JSON', (response) => response.end('<html>'), /answered 200: this is not what/],
    ['200 and null', json(200, null), /answered 200: this is not what/],
    ['a redirect', json(301, {}, { location: 'http://elsewhere/' }), /answered 301: it has moved/],
    ['401', json(401, {}), /answered 401: it wants credentials/],
    ['404', json(404, {}), /answered 404: this is not what/],
    ['502', (response) => response.writeHead(502).end('Bad gateway'), /answered 502: it is overloaded/],
    ['429', json(429, {}), /answered 429: too many requests/],
    ['an endless answer', (response) => response.write('x'.repeat(100_000)), /the answer is far too long/],
    ['no answer', hang, /no answer in time/],
    ['half an answer', (response) => response.writeHead(200).write('{'), /no answer in time/],
    ['a closed connection', hangUp, /the connection was closed before an answer/],
    [
      'something that is not HTTP',
      (response) => response.socket?.end('220 mail ready\r\n'),
      /the answer is not HTTP/,
    ],
  ];
  for (const [what, answer, message] of oddities)
    it(`explains ${what}`, async () => {
      const error = await failure(answer);
      assert.ok(error instanceof CollectorError);
      assert.match(error.message, message);
      assert.ok(error.message.includes(collector.url));
    });

  it('gives up on an answer that trickles in', async () => {
    let drip: NodeJS.Timeout | undefined;
    const error = await failure((response) => {
      drip = setInterval(() => response.write(' '), 100);
    });
    clearInterval(drip);
    assert.match(error.message, /no answer in time/);
  });

  it('explains a port where nothing listens and a name that does not exist', async () => {
    const causes: [string, RegExp][] = [
      ['http://user:pass@127.0.0.1:1/', /Cannot reach http:\/\/127\.0\.0\.1:1\/: nothing listens there/],
      ['http://user:pass@localhost:1/', /Cannot reach http:\/\/localhost:1\/: nothing listens there/],
      [collector.url.replace('http:', 'https:'), /it does not speak TLS; try http:\/\//],
    ];
    for (const [server, message] of causes) {
      const lost = new Client({ server, identity });
      await assert.rejects(lost.ping(), message);
      await lost.close();
    }
  });

  it('stops when it is told to', async () => {
    collector.answer = hang;
    const stop = new AbortController();
    const sending = client.report([report], stop.signal);
    await collector.request(1);
    stop.abort();
    await assert.rejects(sending, /given up, as the program is ending/);
  });
});
