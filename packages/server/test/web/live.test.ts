import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { constants, createGunzip } from 'node:zlib';
import { connect } from '../../src/store/connection.ts';
import { listFleet } from '../../src/store/views/fleet.ts';
import { listProblems } from '../../src/store/views/problems.ts';
import { MORNING, onBothKinds, startCollector, type TestCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';

onBothKinds('an open page', (kind) => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startCollector(kind);
  });
  afterEach(() => collector.stop());

  /** What the stream has said so far. */
  function listen(): { said: () => string; ended: Promise<unknown> } {
    let said = '';
    const ended = new Promise((resolve) => {
      get(`${collector.app.url()}live`, { headers: { 'Accept-Encoding': 'gzip' } }, (res) => {
        assert.equal(res.headers['content-type'], 'text/event-stream');
        res.setEncoding('utf8');
        res.on('data', (chunk) => {
          said += chunk;
        });
        res.on('close', resolve);
      });
    });
    return { said: () => said, ended };
  }

  /** What the stream of a page has said so far. */
  async function follow(page: string): Promise<{ said: () => string; encoding: string | undefined }> {
    let said = '';
    const url = `${collector.app.url()}live?page=${encodeURIComponent(page)}`;
    const [res] = (await once(get(url, { headers: { 'Accept-Encoding': 'gzip' } }), 'response')) as [
      IncomingMessage,
    ];
    const plain = res.pipe(createGunzip({ flush: constants.Z_SYNC_FLUSH }));
    plain.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
    });
    plain.on('error', () => {}); // it has no end
    return { said: () => said, encoding: res.headers['content-encoding'] };
  }

  const lastPageIn = (said: string) =>
    said
      .split('event: page\n')
      .at(-1)
      ?.split('\n\nevent: ')[0]
      ?.replaceAll(/^data: ?/gm, '')
      .trimEnd();
  const changesIn = (said: string) => said.match(/^event: change$/gm)?.length ?? 0;

  it('is told of a change, not of a report that changes nothing, and when the collector stops', async () => {
    await collector.report({ name: 'disk', state: 'OK' });
    const { said, ended } = listen();
    await eventually(() => assert.match(said(), /event: alive/));
    await collector.report({ name: 'disk', state: 'OK', info: 'still' });
    await collector.report({ name: 'disk', state: 'OK', info: 'still' });
    assert.equal(changesIn(said()), 0);
    await collector.report({ name: 'disk', state: 'ERR' });
    await eventually(() => assert.equal(changesIn(said()), 1));
    await collector.clock.advanceTo(MORNING + 61_000);
    await eventually(() => assert.ok(changesIn(said()) >= 2));
    await collector.app.stop();
    await ended;
    collector = await startCollector(kind);
  });

  it('is sent as it is after a change, the same as when it is fetched', async () => {
    await collector.report([
      { name: 'disk', state: 'OK' },
      { name: 'load', state: 'OK' },
    ]);
    const { headers } = await collector.http().get('/wall').expect(200);
    for (const path of [
      '/',
      '/?q=disk',
      '/alerts',
      '/servers/1?range=day',
      '/services/2',
      '/services/2/history',
    ]) {
      const { said, encoding } = await follow(path);
      assert.equal(encoding, 'gzip');
      await eventually(() => assert.match(said(), /event: alive\n/));
      await collector.report({ name: 'load', state: said().length % 2 ? 'ERR' : 'WARN', info: path });
      await collector.report({ name: 'load', state: 'UNK', info: path });
      await eventually(async () => {
        const { text, headers } = await collector.http().get(path).expect(200);
        assert.match(String(headers['content-type']), /^text\/html/);
        assert.equal(lastPageIn(said()), text.trimEnd());
      });
    }
    assert.match(String(headers.vary), /Accept-Encoding/);
  });

  it('is refused where there is no such page to be kept up to date', async () => {
    const refusals: [string, number][] = [
      ['/nowhere', 404],
      ['/alerts.csv', 404],
      ['/live', 404],
      ['/services/1/rename', 404],
      ['/assets/live.js', 404],
      ['//elsewhere.example/', 400],
      ['http://elsewhere.example/', 400],
      ['/?q=a b', 400],
      ['/#live', 400],
    ];
    for (const [page, status] of refusals) {
      const { text } = await collector.http().get('/live').query({ page }).expect(status);
      assert.match(
        text,
        status === 404 ? /There is no such page to be kept up to date/ : /page must be the path/,
      );
    }
  });

  it('shows first what is wrong, the worst and the latest first, and every server by name', async () => {
    const states = { a: 'WARN', b: 'ERR', c: 'OK', d: 'UNK' };
    for (const [name, state] of Object.entries(states)) {
      await collector.report({ name, state, info: `says ${name}`, period: 3600 });
      await collector.clock.advanceTo(collector.clock.now() + 1000);
    }
    await collector.report({ name: 'e', state: 'ERR', period: 3600 }, { name: 'db1', key: 'k' });
    await collector.report({ name: 'f', state: 'WARN', period: 1 }, { name: 'db1', key: 'k' });
    await collector.clock.advanceTo(collector.clock.now() + 2000);
    const db = connect(collector.database.url);
    try {
      const problems = await listProblems(db, 10);
      assert.deepEqual(
        problems.map(({ server, name, state, silent, info }) => [server, name, state, silent, info]),
        [
          ['db1', 'e', 'ERR', false, ''],
          ['web1', 'b', 'ERR', false, 'says b'],
          ['db1', 'f', 'WARN', true, ''],
          ['web1', 'd', 'UNK', false, 'says d'],
          ['web1', 'a', 'WARN', false, 'says a'],
        ],
      );
      assert.equal(problems.find(({ name }) => name === 'b')?.since, MORNING + 1000);
      assert.equal((await listProblems(db, 1)).length, 2);
      const fleet = await listFleet(db, { limit: 10 });
      assert.deepEqual(
        fleet.map(({ name, services }) => [name, services.map((service) => service.name).join('')]),
        [
          ['db1', 'ef'],
          ['web1', 'abcd'],
        ],
      );
      assert.deepEqual(
        (await listFleet(db, { after: 'db1', limit: 10 })).map(({ name }) => name),
        ['web1'],
      );
      assert.equal((await listFleet(db, { limit: 1 })).length, 2);
    } finally {
      await db.destroy();
    }
    const { text } = await collector.http().get('/').expect(200);
    assert.match(text, /<title>\(5\) Overview/);
    assert.ok(text.indexOf('says b') < text.indexOf('says a'));
    const wall = (await collector.http().get('/wall').expect(200)).text;
    assert.match(wall, /says b/);
  });
});
