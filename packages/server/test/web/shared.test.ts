import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createShared } from '../../src/web/pages/shared.ts';
import { onBothKinds, startCollector } from '../support/collector.ts';

describe('a page that many look at', () => {
  let [version, now, made] = [0, 0, 0];
  let make: () => Promise<string>;
  let http: Server;
  beforeEach(async () => {
    [version, now, made] = [0, 0, 0];
    make = async () => `made ${++made}`;
    const shared = createShared(
      () => version,
      () => now,
    );
    http = createServer((req, res) => {
      if (shared.answer(req, res)) return;
      shared.give(req, { 'content-type': 'text/plain', 'x-made': 'behind' }, make).then(
        ({ text }) => res.end(text),
        ({ message }) => res.writeHead(500).end(message),
      );
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    http.closeAllConnections();
    http.close();
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`, { headers });
  const look = async (path = '/') => (await get(path)).text();

  it('is made once for all of them, and anew after a change or a second', async () => {
    assert.deepEqual(await Promise.all([look(), look()]), ['made 1', 'made 1']);
    version++;
    assert.equal(await look(), 'made 2');
    now = 999;
    assert.equal(await look(), 'made 2');
    now = 1000;
    assert.equal(await look(), 'made 3');
    assert.equal(await look('/other'), 'made 4');
    assert.equal(await look(), 'made 3');
  });

  it('is answered again with the same headers, compressed for those who take that', async () => {
    await look();
    const again = await get('/');
    assert.deepEqual(
      ['content-type', 'x-made', 'content-encoding'].map((name) => again.headers.get(name)),
      ['text/plain', 'behind', 'gzip'],
    );
    const plain = await get('/', { 'accept-encoding': 'gzip;q=0, identity' });
    assert.deepEqual([plain.headers.get('content-encoding'), await plain.text()], [null, 'made 1']);
  });

  it('is not kept when it could not be made', async () => {
    make = () => Promise.reject(new Error('away'));
    assert.equal(await look(), 'away');
    make = async () => 'there';
    assert.equal(await look(), 'there');
  });
});

onBothKinds('pages that many look at', (kind) => {
  it('are the same from the first to the last, for each name of the collector', async () => {
    const collector = await startCollector(kind);
    const see = async (host: string) => {
      const { text, headers, status } = await collector.http().get('/').set('Host', host);
      const { date: _, 'content-length': length, ...rest } = headers;
      return [status, text, rest];
    };
    const first = await see('one.example');
    assert.deepEqual(await see('one.example'), first);
    assert.match(String(first[1]), /http:\/\/one\.example\/api/);
    assert.match(String((await see('two.example'))[1]), /http:\/\/two\.example\/api/);
    const { headers } = await collector.http().head('/').set('Accept-Encoding', 'gzip').expect(200);
    assert.equal(headers['content-encoding'], 'gzip');
    await collector.stop();
  });
});
