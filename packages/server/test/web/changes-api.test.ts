import assert from 'node:assert/strict';
import { onBothKinds, startCollector, type TestCollector } from '../support/collector.ts';

onBothKinds('changes by the API', (kind) => {
  let collector: TestCollector;
  const patch = (path: string, body: object | string) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return collector.http().patch(`/api/v1${path}`).type('text/plain').send(text);
  };
  const get = async (path: string) => (await collector.http().get(`/api/v1${path}`).expect(200)).body;

  before(async () => {
    collector = await startCollector(kind);
    await collector.report([
      { name: 'disk', state: 'OK' },
      { name: 'load', state: 'OK' },
    ]);
  });
  after(() => collector.stop());

  it('pause a service, give it a title, and take both back', async () => {
    const changed = (await patch('/services/1', { title: ' Root disk ', paused: true }).expect(200)).body;
    assert.deepEqual([changed.name, changed.title, changed.paused], ['disk', 'Root disk', true]);
    assert.deepEqual(await get('/services/1'), changed);
    const names = async (query: string) =>
      (await get(`/services?${query}`)).services.map(({ name }: { name: string }) => name);
    assert.deepEqual(await names('paused=true'), ['disk']);
    assert.deepEqual(await names('paused=false'), ['load']);
    assert.deepEqual(await names('q=root'), ['disk']);
    assert.equal((await patch('/services/1', { paused: false }).expect(200)).body.title, 'Root disk');
    assert.equal((await patch('/services/1', {}).expect(200)).body.paused, false);
    assert.equal((await patch('/services/1', { title: null }).expect(200)).body.title, null);
  });

  it('give a server a title, and take it back', async () => {
    assert.equal((await patch('/servers/1', { title: 'Shop 🛒' }).expect(200)).body.title, 'Shop 🛒');
    assert.equal((await patch('/servers/1', {}).expect(200)).body.title, 'Shop 🛒');
    assert.equal((await patch('/servers/1', { title: '😀'.repeat(255) }).expect(200)).body.title.length, 510);
    assert.equal((await patch('/servers/1', { title: null }).expect(200)).body.title, null);
  });

  it('pause all services of a server, and resume them', async () => {
    assert.equal((await patch('/servers/1', { paused: true }).expect(200)).body.paused, 2);
    assert.equal((await get('/services/2')).paused, true);
    assert.equal((await patch('/servers/1', { paused: false }).expect(200)).body.paused, 0);
    assert.equal((await get('/services/2')).paused, false);
  });

  const wrong: [string, object | string, string][] = [
    ['/services/1', { paused: 'yes' }, 'paused must be true or false'],
    ['/services/1', { paused: null }, 'paused must be true or false'],
    ['/services/1', { title: 5 }, 'title must be a string, or null to show the name'],
    ['/services/1', { title: ' ' }, 'title is empty'],
    ['/services/1', { title: '😀'.repeat(256) }, 'title is longer than 255 characters'],
    ['/services/1', '{"title":"\\ud800"}', 'title holds half of a surrogate pair'],
    ['/services/1', { title: 'x', colour: 'red' }, 'colour cannot be changed; what can: title, paused'],
    ['/services/1', '{"__proto__":{}}', '__proto__ cannot be changed; what can: title, paused'],
    ['/servers/1', { paused: 1 }, 'paused must be true or false'],
    ['/servers/1', { ip: '::1' }, 'ip cannot be changed; what can: title, paused'],
    ['/servers/1', [], 'body must be a JSON object'],
    ['/servers/1', '', 'body is empty; send a JSON object'],
    ['/servers/1', '{', 'body is not valid JSON'],
  ];
  for (const [path, body, error] of wrong)
    it(`of ${path} by ${JSON.stringify(body).slice(0, 40)} are refused`, async () => {
      assert.deepEqual((await patch(path, body).expect(400)).body, { error });
      assert.equal((await get('/services/1')).title, null);
    });

  it('of what is not there are answered with 404', async () => {
    for (const path of ['/services/999', '/services/abc', '/servers/999', '/servers/1.5'])
      assert.match(
        (await patch(path, { title: 'x' }).expect(404)).body.error,
        /^No (service|server) has the id/,
      );
  });

  it('are refused when a page of another site sends them', async () => {
    const refused = { error: 'A page of another site sent this; change it on the pages of this collector.' };
    await patch('/services/1', { paused: true }).set('Sec-Fetch-Site', 'cross-site').expect(403, refused);
    await patch('/services/1', { paused: true }).set('Origin', 'http://evil.example').expect(403, refused);
    const removal = () => collector.http().delete('/api/v1/services/1');
    await removal().set('Origin', 'http://evil.example').expect(403, refused);
    assert.equal((await get('/services/1')).paused, false);
    await collector.http().get('/api/v1/services').set('Origin', 'http://evil.example').expect(200);
    await removal().set('Sec-Fetch-Site', 'same-origin').expect(200);
  });
});
