import assert from 'node:assert/strict';
import type { Grouping, ServiceView } from '../../src/store/views/services.ts';
import { groupsOf } from '../../src/web/pages/groups.ts';
import { serviceRow } from '../../src/web/pages/rows.ts';
import { lengthText, relative, utcText } from '../../src/web/pages/times.ts';
import { MORNING, onBothKinds, startCollector, type TestCollector } from '../support/collector.ts';

onBothKinds('pages', (kind) => {
  let collector: TestCollector;
  const page = async (path: string, status = 200) =>
    (await collector.http().get(path).expect(status).expect('Content-Type', /html/)).text;
  beforeEach(async () => {
    collector = await startCollector(kind);
  });
  afterEach(() => collector.stop());

  it('show an empty collector how to send the first report', async () => {
    const text = await page('/');
    assert.match(text, /curl http:\/\/127\.0\.0\.1:\d+\/api\/set\/service\/status/);
    assert.match(text, /overcli -s http:\/\/127\.0\.0\.1:\d+\/ -i web1:1234 service-status 60 disk OK/);
    assert.match(await page('/servers'), /None yet/);
    assert.match(await page('/alerts'), /No alerts/);
  });

  it('show servers and services with state, info, last report and deadline', async () => {
    await collector.report([
      { name: 'disk', state: 'WARN', info: '91% used' },
      { name: 'job', state: 'OK', period: 5 },
    ]);
    await collector.clock.advanceTo(MORNING + 10_000);
    const text = await page('/servers/1');
    for (const part of ['web1', 'disk', 'WARN', '91% used', '10 s ago', 'in 50 s', 'silent'])
      assert.ok(text.includes(part), part);
  });

  it('show what a plugin measured apart from what it said', async () => {
    const info = "DISK OK - 77% free | '/ used'=24615B;30000;@40000:;0;270552 inodes=3% broken=U";
    await collector.report([
      { name: 'disk', state: 'WARN', info },
      { name: 'pipe', state: 'WARN', info: 'cat x | wc -l' },
    ]);
    for (const path of [
      '/',
      '/servers/1',
      '/services/1',
      '/services/1/history',
      '/alerts',
      '/?q=disk',
      '/wall',
    ]) {
      const text = await page(path);
      assert.ok(text.includes('DISK OK - 77% free<'), path);
      assert.ok(!text.includes('inodes=3%'), path);
    }
    const cells = [...(await page('/services/1')).matchAll(/<td[^>]*>(?:<bdi>)?([^<]*)/g)].map(
      ([, cell]) => cell,
    );
    assert.deepEqual(cells, [
      ...['/ used', '24615 B', '30000', '@40000:', 'from 0 to 270552'],
      ...['inodes', '3 %', '', '', ''],
      ...['broken', 'unknown', '', '', ''],
    ]);
    assert.ok((await page('/services/1/reports')).includes('inodes=3%')); // there as it was said
    assert.ok((await page('/services/2')).includes('cat x | wc -l<'));
    assert.doesNotMatch(await page('/services/2'), /Measured/);
  });

  it('follow every link of every page to a page', async () => {
    await collector.report([{ name: 'disk', state: 'ERR', info: 'full' }]);
    const seen = new Set<string>();
    const open = ['/'];
    for (let path = open.pop(); path; path = open.pop()) {
      seen.add(path);
      const { text = '', status } = await collector.http().get(path);
      assert.equal(status, 200, path);
      const links = [...text.matchAll(/(?:href|src)="([^"]+)"/g)]
        .map(([, link]) => new URL((link as string).replaceAll('&amp;', '&'), 'http://x/'))
        .map((url) => url.pathname + url.search);
      open.push(...links.filter((link) => !seen.has(link) && !open.includes(link)));
    }
    for (const path of [
      '/servers',
      '/servers/1',
      '/services/1',
      '/alerts',
      '/assets/tabler/tabler.min.css',
      '/?state=ERR&silent=0&paused=0',
    ])
      assert.ok(seen.has(path), path);
  });

  it('page through more services than fit, and keep the filter', async () => {
    const many = Array.from({ length: 450 }, (_, i) => ({
      name: `s${String(i).padStart(3, '0')}`,
      state: 'OK',
    }));
    await collector.report(many);
    const found: string[] = [];
    let path: string | undefined = '/?q=s';
    for (let pages = 0; path && pages < 5; pages++) {
      const text = await page(path);
      found.push(
        ...[...text.matchAll(/class="overc-name"[^>]*><bdi>([^<]+)</g)].map(([, name]) => name as string),
      );
      const next = /href="([^"]*cursor[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
      if (next) assert.match(next, /q=s/);
      path = next;
    }
    assert.deepEqual(
      found,
      many.map(({ name }) => name),
    );
  });

  it('list services by server, state or change, and page through each order', async () => {
    const services = Array.from({ length: 230 }, (_, i) => ({
      name: `s${String(i).padStart(3, '0')}`,
      state: 'OK',
    }));
    await collector.report(services);
    await collector.report([{ name: 's100', state: 'WARN' }], { name: 'web2', key: 'k' });
    await collector.clock.advanceTo(MORNING + 1000);
    await collector.report([
      { name: 's005', state: 'ERR' },
      { name: 's007', state: 'UNK' },
    ]);
    await collector.report([{ name: 's150', state: 'ERR' }], { name: 'web2', key: 'k' });
    const all = async (query: string) => {
      const found: string[] = [];
      for (let path: string | undefined = `/?${query}`; path; ) {
        const text = await page(path);
        for (const [, head, name] of text.matchAll(
          /<h2 class="card-header">(?:<a[^>]*><bdi>)?([^<]+)|class="overc-name"[^>]*><bdi>([^<]+)</g,
        ))
          found.push(head === undefined ? (name as string) : `[${head}]`);
        path = /href="([^"]*cursor[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
      }
      return found;
    };
    const names = services.map(({ name }) => name);
    const quiet = names.filter((name) => name !== 's005' && name !== 's007');
    const byState = await all('group=state');
    assert.deepEqual(byState.slice(0, 8), [
      '[ERR]',
      's005',
      's150',
      '[UNK]',
      's007',
      '[WARN]',
      's100',
      '[OK]',
    ]);
    assert.deepEqual(
      byState.slice(8).filter((name) => name !== '[OK]'),
      quiet,
    );
    const latest = await all('group=none&sort=since');
    assert.deepEqual(latest.slice(0, 3).sort(), ['s005', 's007', 's150']);
    assert.equal(new Set(latest).size, 230);
    assert.equal(latest.length, 232);
    const byServer = await all('sort=since');
    assert.deepEqual(byServer.slice(0, 3), ['[web1]', 's005', 's007']);
    assert.deepEqual(byServer.slice(-3), ['[web2]', 's150', 's100']);
    assert.deepEqual((await all('group=none')).slice(100, 103), ['s100', 's100', 's101']);
    assert.match(
      await page('/?group=none'),
      /<\/a> <span class="text-secondary">on<\/span> <a href="\/servers\/1">/,
    );
    assert.match(await page('/?group=wrong', 400), /group must be one of server, state, none/);
  });

  it('show hostile text as text', async () => {
    const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';
    await collector.report({ name: evil, state: 'ERR', info: evil }, { name: evil, key: 'k' });
    for (const path of [
      '/',
      '/servers',
      '/servers/1',
      '/services/1',
      '/alerts',
      `/?q=${encodeURIComponent(evil)}`,
    ]) {
      const text = await page(path);
      assert.ok(text.includes('&lt;script&gt;'), path);
      assert.ok(!text.includes('<script>alert') && !text.includes('<img src=x'), path);
    }
  });

  it('are our own when something is not there or not understood', async () => {
    assert.match(await page('/services/99', 404), /no such service/);
    assert.match(await page('/nowhere', 404), /no such page/);
    assert.match(await page('/?state=BAD', 400), /state must be one of/);
    assert.match(await page('/servers/%E0%A4%A', 400), /malformed/);
  });

  it('allow nothing from elsewhere and nothing inline', async () => {
    const { headers, text } = await collector.http().get('/').expect(200);
    assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/);
    assert.doesNotMatch(headers['content-security-policy'] ?? '', /unsafe|https?:/);
    assert.doesNotMatch(text, /\sstyle="|\son\w+="|<script>|<style>/);
  });

  it('refresh themselves, with and without JavaScript', async () => {
    const text = await page('/servers');
    assert.match(text, /hx-get="\/servers"/);
    assert.match(text, /<noscript><meta http-equiv="refresh"/);
  });
});

describe('view models', () => {
  it('tell times as people do', () => {
    assert.deepEqual([0, 999, 1000, 59_999, 60_000, 3_599_999, 3_600_000, 172_800_000].map(lengthText), [
      '0 s',
      '0 s',
      '1 s',
      '59 s',
      '1 min',
      '59 min',
      '1 h',
      '2 d',
    ]);
    assert.equal(relative(MORNING, MORNING + 5000).text, '5 s ago');
    assert.equal(relative(MORNING + 5000, MORNING).text, 'in 5 s');
    assert.equal(utcText(MORNING), '2026-01-05 10:00:00 UTC');
  });

  const service = (serverId: number, id: number): ServiceView => ({
    id,
    serverId,
    server: `web${serverId}`,
    serverTitle: null,
    name: `s${id}`,
    title: null,
    state: 'OK',
    info: '',
    periodSeconds: 60,
    graceSeconds: 0,
    reportedAt: MORNING,
    deadlineAt: MORNING + 60_000,
    runningSince: null,
    endedAt: null,
    silent: false,
    stateSince: MORNING,
    since: MORNING,
    reports: 1,
    paused: false,
    toldState: 'OK',
    toldSilent: false,
  });

  it('gather services under their servers, by how they stand, or not at all', () => {
    const services = [service(1, 1), { ...service(1, 2), silent: true }, { ...service(2, 3), silent: true }];
    const groups = (grouping: Grouping) =>
      groupsOf(services, grouping, MORNING).map(({ title, services }) => [
        title,
        ...services.map(({ name }) => name),
      ]);
    assert.deepEqual(groups('server'), [
      ['web1', 's1', 's2'],
      ['web2', 's3'],
    ]);
    assert.deepEqual(groups('state'), [
      ['OK', 's1'],
      ['Silent', 's2', 's3'],
    ]);
    assert.deepEqual(groups('none'), [[undefined, 's1', 's2', 's3']]);
  });

  it('show a title in place of a name', () => {
    assert.equal(serviceRow({ ...service(1, 1), title: 'Shop' }, MORNING).name, 'Shop');
  });
});
