import assert from 'node:assert/strict';
import type { ServerView } from '../../src/store/views/servers.ts';
import type { ServiceView } from '../../src/store/views/services.ts';
import {
  serverControls,
  serverRemoval,
  serviceControls,
  serviceRemoval,
} from '../../src/web/pages/controls.ts';
import { onBothKinds, startCollector, type TestCollector } from '../support/collector.ts';

onBothKinds('pages on which something is changed', (kind) => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startCollector(kind);
    await collector.report([
      { name: 'disk', state: 'ERR' },
      { name: 'load', state: 'OK' },
    ]);
    await collector.report({ name: 'disk', state: 'WARN' });
  });
  afterEach(() => collector.stop());
  const page = async (path: string) => (await collector.http().get(path).expect(200)).text;
  const get = async (path: string) => (await collector.http().get(`/api/v1${path}`).expect(200)).body;
  const post = (path: string, fields: object = {}) => collector.http().post(path).type('form').send(fields);

  /** Presses the button of the page's form that posts to a path; returns the page that comes after it. */
  async function press(path: string, action: string, fields: object = {}): Promise<string> {
    assert.ok((await page(path)).includes(`<form method="post" action="${action}"`), action);
    const { headers } = await post(action, fields).expect(303);
    return page(headers.location as string);
  }

  it('pause a service and resume it', async () => {
    const paused = await press('/services/1', '/services/1/pause');
    assert.match(paused, /paused<\/span>\s*<span[^>]*>It is recorded, and raises no alert\./);
    assert.match(await page('/?paused=1'), /paused<\/span>/);
    assert.equal((await get('/services/1')).paused, true);
    const resumed = await press('/services/1', '/services/1/resume');
    assert.doesNotMatch(resumed, /paused<\/span>/);
    assert.equal((await get('/services/1')).paused, false);
  });

  it('pause all services of a server and resume them', async () => {
    assert.match(await press('/servers/1', '/servers/1/pause'), /2 of 2 services; recorded, and raising/);
    assert.deepEqual((await get('/services?paused=true')).services.length, 2);
    assert.doesNotMatch(await page('/servers/1'), /Pause all/);
    await press('/services/1', '/services/1/resume');
    assert.match(await page('/servers/1'), /1 of 2 services(.|\n)*Pause all(.|\n)*Resume all/);
    assert.doesNotMatch(await press('/servers/1', '/servers/1/resume'), /paused<\/span>|Resume all/);
  });

  it('rename a service and a server, and show both names', async () => {
    for (const [path, name] of [
      ['/services/1', 'disk'],
      ['/servers/1', 'web1'],
    ] as const) {
      const renamed = await press(`${path}/rename`, `${path}/rename`, { title: '<b>Shop</b>' });
      assert.ok(renamed.includes('<bdi>&lt;b&gt;Shop&lt;/b&gt;</bdi>'));
      assert.ok(renamed.includes(`Reports as <bdi>${name}</bdi>`));
    }
    const overview = await page('/?q=disk');
    assert.equal(overview.match(/&lt;b&gt;Shop/g)?.length, 2);
    assert.ok(
      !(await press('/services/1/rename', '/services/1/rename', { title: ' ' })).includes(
        'Shop</bdi> <small>',
      ),
    );
    assert.equal((await get('/services/1')).title, null);
  });

  it('remove a service after they have said what goes', async () => {
    const question = await page('/services/1/remove');
    assert.match(question, /Remove <bdi>disk on web1<\/bdi>\?/);
    for (const part of ['1 service', '2 spans', '2 alerts'])
      assert.ok(question.includes(`<li>${part}</li>`), part);
    assert.equal((await get('/services')).services.length, 2);
    const after = await press('/services/1/remove', '/services/1/remove');
    assert.match(after, /<h1>.*web1/);
    assert.deepEqual((await get('/status')).services, 1);
  });

  it('remove a server after they have said what goes', async () => {
    const question = await page('/servers/1/remove');
    for (const part of ['its key', '2 services', '3 spans', '2 alerts'])
      assert.ok(question.includes(`<li>${part}</li>`), part);
    assert.match(await press('/servers/1/remove', '/servers/1/remove'), /None yet/);
  });

  it('name the notifications that are owed', async () => {
    const failing = { name: 'pager', argv: ['false'], cwd: '/', timeoutMs: 1000, retryForMs: 60_000 };
    const other = await startCollector(kind, { channels: [failing] });
    await other.report({ name: 'disk', state: 'ERR' });
    for (const path of ['/services/1/remove', '/servers/1/remove'])
      assert.match(
        (await other.http().get(path).expect(200)).text,
        /<li>1 notification still to be delivered</,
      );
    await other.stop();
  });

  it('say what is wrong', async () => {
    assert.match(
      (await post('/services/1/rename', { title: 'x'.repeat(256) }).expect(400)).text,
      /longer than 255/,
    );
    assert.match((await post('/services/1/rename').expect(400)).text, /title must be given once/);
    for (const path of ['rename', 'pause', 'resume', 'remove'])
      assert.match((await post(`/services/99/${path}`).expect(404)).text, /no such service/);
    for (const path of ['rename', 'pause', 'resume', 'remove'])
      assert.match((await post(`/servers/99/${path}`).expect(404)).text, /no such server/);
    await collector.http().get('/services/1/pause').expect(404);
  });

  it('refuse what a page of another site posts', async () => {
    const paths = ['/services/1/pause', '/services/1/remove', '/servers/1/rename', '/servers/1/remove'];
    for (const path of paths) {
      const { text } = await post(path, { title: 'x' }).set('Origin', 'http://evil.example').expect(403);
      assert.match(text, /A page of another site sent this/);
    }
    assert.deepEqual((await get('/services')).services.length, 2);
    const own = new URL(collector.app.url()).origin;
    await post('/services/1/pause').set('Host', new URL(own).host).set('Origin', own).expect(303);
  });
});

describe('controls', () => {
  const service = {
    id: 7,
    name: 'disk',
    title: null,
    server: 'web1',
    paused: false,
    silent: false,
    toldSilent: false,
  } as ServiceView;
  const server = { id: 3, name: 'web1', title: 'Shop', services: 2, paused: 0 } as ServerView;

  it('offer to resume what is paused', () => {
    const pause = { action: '/services/7/pause', text: 'Pause' };
    const resume = { action: '/services/7/resume', text: 'Resume' };
    assert.deepEqual(serviceControls(service).toggles, [pause]);
    assert.deepEqual(serviceControls({ ...service, paused: true }).toggles, [resume]);
    const texts = (paused: number) => serverControls({ ...server, paused }).toggles.map(({ text }) => text);
    assert.deepEqual([0, 1, 2].map(texts), [['Pause all'], ['Pause all', 'Resume all'], ['Resume all']]);
    assert.deepEqual(serverControls({ ...server, services: 0 }).toggles, []);
    assert.equal(serverControls(server).name, 'web1');
  });

  it('count what goes, and leave out what is not there', () => {
    const none = { services: 0, spans: 0, alerts: 0, owed: 0 };
    assert.deepEqual(serverRemoval(server, none).goes, ['its key']);
    const some = { services: 1, spans: 12, alerts: 1, owed: 2 };
    const goes = ['1 service', '12 spans', '1 alert', '2 notifications still to be delivered'];
    assert.deepEqual(serviceRemoval(service, some).goes, goes);
  });
});
