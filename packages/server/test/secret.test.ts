import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { pino } from 'pino';
import {
  MORNING,
  onBothKinds,
  startCollector,
  startOn,
  type TestCollector,
  WEB1,
} from './support/collector.ts';
import { createDatabase } from './support/databases.ts';
import { ManualClock } from './support/manual-clock.ts';

onBothKinds('keys', (kind) => {
  it('appear in no answer, page, log line or table', async () => {
    const key = 'Sup3r-secret-kéy';
    const logged: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
    const database = await createDatabase(kind);
    const collector = await startOn(database, new ManualClock(MORNING), {}, log);
    const seen: string[] = [];
    const keep = (answer: { text: string; headers: object }) =>
      seen.push(answer.text, JSON.stringify(answer.headers));

    const post = (path: string, body: string) => collector.http().post(path).send(body).then(keep);
    const server = `"server":{"name":"web1","key":"${key}"}`;
    await post(
      '/api/set/service/status',
      `{${server},"period":60,"services":[{"name":"disk","state":"ERR"}]}`,
    );
    await post('/api/set/service/status', `{${server},"period":60,"services":[{"name":"disk"}]}`);
    await post('/api/set/service/status', `{${server},"period":60,"services":[`);
    await post('/api/ping', `{"server":{"name":"web1","key":"${key} wrong"}}`);
    await post('/api/set/alerts', `{"server":{"name":"web2","key":["${key}"]},"alerts":[]}`);
    for (const path of [
      '/',
      '/servers',
      '/servers/1',
      '/services/1',
      '/alerts',
      '/metrics',
      '/api/v1/servers',
      '/api/v1/services',
      '/api/v1/alerts',
      '/nowhere',
    ])
      await collector.http().get(path).then(keep);
    const dump = JSON.stringify(await collector.rows('servers'));

    assert.ok(dump.includes('web1'));
    for (const text of [...seen, ...logged, dump]) assert.ok(!text.includes('Sup3r'), text);
    await collector.stop();
    await database.remove();
  });

  it('of the same text look different for two servers', async () => {
    const collector = await startCollector(kind);
    await collector.report([], { ...WEB1, name: 'a' });
    await collector.report([], { ...WEB1, name: 'b' });
    const hashes = (await collector.rows('servers')).map((row) => row.key_hash);
    assert.equal(new Set(hashes).size, 2);
    await collector.stop();
  });
});

onBothKinds('the secret', (kind) => {
  let collector: TestCollector;
  const again = () => startOn(collector.database, new ManualClock(MORNING));
  beforeEach(async () => {
    collector = await startOn(await createDatabase(kind), new ManualClock(MORNING));
    await collector.report({ name: 'disk', state: 'OK' });
    await collector.stop();
  });
  afterEach(() => collector.database.remove());

  it('is made on the first start, readable by its owner alone, and kept', async () => {
    const { secretFile } = collector.config;
    assert.equal(statSync(secretFile).mode & 0o777, 0o600);
    const made = readFileSync(secretFile, 'utf8');
    const second = await again();
    await second.report({ name: 'disk', state: 'OK' });
    await second.stop();
    assert.equal(readFileSync(secretFile, 'utf8'), made);
  });

  it('that is not the database’s stops the start, before any server is refused', async () => {
    writeFileSync(collector.config.secretFile, 'x'.repeat(64));
    await assert.rejects(
      again(),
      /secret-file: .* is not the secret that this database’s keys were stored under/,
    );
  });

  it('that is lost stops the start, and no new one takes its place', async () => {
    const { secretFile } = collector.config;
    renameSync(secretFile, `${secretFile}.away`);
    await assert.rejects(again(), /secret-file: .* is missing/);
    assert.throws(() => statSync(secretFile), { code: 'ENOENT' });
    renameSync(`${secretFile}.away`, secretFile);
    await (await again()).stop();
    rmSync(secretFile);
  });
});
