import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChannelConfig } from '../../src/config.ts';
import { MORNING, onBothKinds, startOn, type TestCollector } from '../support/collector.ts';
import { createDatabase, type TestDatabase } from '../support/databases.ts';
import { eventually } from '../support/eventually.ts';
import { ManualClock } from '../support/manual-clock.ts';

onBothKinds('delivery by command', (kind) => {
  let database: TestDatabase;
  let collector: TestCollector;
  const path = (name: string) => join(database.folder, name);
  const text = (name: string) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : '');
  const lines = (name: string) =>
    text(name)
      .split('\n')
      .filter((line) => line !== '');

  /** A channel whose command is this shell script, run in the database's folder. */
  function channel(name: string, script: string, more: Partial<ChannelConfig> = {}): ChannelConfig {
    writeFileSync(path(`${name}.sh`), script);
    return {
      name,
      argv: ['sh', `./${name}.sh`],
      cwd: database.folder,
      timeoutMs: 30_000,
      retryForMs: 60_000,
      ...more,
    };
  }
  async function start(...channels: ChannelConfig[]): Promise<void> {
    collector = await startOn(database, new ManualClock(MORNING), { channels });
  }
  /** Runs what is due and goes on by `stepMs`, again and again until it holds; by 0 only real time passes. */
  const until = (fact: () => boolean | Promise<boolean>, stepMs: number) =>
    eventually(async () => {
      await collector.clock.advanceTo(collector.clock.now() + stepMs);
      assert.ok(await fact());
    });
  const goOnUntil = (fact: () => boolean | Promise<boolean>) => until(fact, 250);
  const waitUntil = (fact: () => boolean | Promise<boolean>) => until(fact, 0);
  const deliveries = async (filter = '') =>
    (await collector.http().get(`/api/v1/alerts?${filter}`)).body.alerts[0].deliveries;

  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    await collector.stop();
    await database.remove();
  });

  it('gives the command the original’s text on its standard input, in the settings’ folder, with an id', async () => {
    await start(
      channel(
        'log',
        'cat >> out; echo "$OVERC_DELIVERY_ID $OVERC_KIND $OVERC_SERVER/$OVERC_SERVICE $OVERC_URL" >> env',
      ),
    );
    await collector.report({ name: 'b', state: 'UNK', info: 'hey2' }, { name: 'localhost', key: 'k' });
    await goOnUntil(() => lines('env').length === 1);
    assert.equal(
      text('out'),
      'localhost b: [service:state/UNK] State changed: "(?)" -> "UNK"\nCurrent: UNK: hey2\n',
    );
    const [, serviceId] =
      /^(\d+) service:state\/UNK localhost\/b http:\/\/127\.0\.0\.1:\d+\/services\/(\d+)$/.exec(
        lines('env')[0] as string,
      ) ?? [];
    assert.ok(serviceId);
    await goOnUntil(async () => (await deliveries())[0].state === 'sent');
    const [{ done_at, ...delivery }] = await deliveries();
    assert.deepEqual(delivery, {
      channel: 'log',
      state: 'sent',
      attempts: 1,
      last_error: null,
      next_at: null,
    });
    assert.match(done_at, /^2026-01-05T10:00/);
  });

  it('tries again with the same id until the command succeeds, and keeps offline before online', async () => {
    await start(
      channel(
        'flaky',
        'echo "$OVERC_DELIVERY_ID" >> tries; [ -e works ] || { echo "no line" >&2; exit 3; }; head -1 >> out',
      ),
    );
    await collector.report({ name: 'disk', state: 'OK', period: 5 });
    await collector.clock.advanceTo(MORNING + 5_000);
    await collector.clock.advanceTo(MORNING + 6_000);
    await collector.report({ name: 'disk', state: 'OK', period: 3600 });
    await goOnUntil(() => lines('tries').length >= 2);
    assert.equal(new Set(lines('tries')).size, 1);
    assert.match((await deliveries('kind=plugin/offline'))[0].last_error, /^exit code 3: no line$/);
    writeFileSync(path('works'), '');
    await goOnUntil(() => lines('out').length === 2);
    assert.match(text('out'), /plugin\/offline[^\n]*\n[^\n]*plugin\/online/);
  });

  it('is marked as late when what it tells of is over by then', async () => {
    await start(
      channel(
        'flaky',
        '[ -e works ] || exit 1; cat >> out; echo "$OVERC_KIND $OVERC_AT|$OVERC_OVER_SINCE" >> env',
        { retryForMs: 600_000 },
      ),
    );
    await collector.report({ name: 'disk', state: 'ERR', period: 3600 });
    await goOnUntil(async () => (await deliveries())[0].attempts > 0);
    await collector.clock.advanceTo(MORNING + 60_000);
    await collector.report({ name: 'disk', state: 'OK', period: 3600 });
    await collector.report({ name: 'load', state: 'ERR', period: 3600 });
    writeFileSync(path('works'), '');
    await goOnUntil(() => lines('env').length === 3);
    assert.deepEqual(lines('env').sort(), [
      'service:state/ERR 2026-01-05T10:00:00.000Z|2026-01-05T10:01:00.000Z',
      'service:state/ERR 2026-01-05T10:01:00.000Z|',
      'service:state/OK 2026-01-05T10:01:00.000Z|',
    ]);
    assert.deepEqual(
      lines('out').filter((line) => line.startsWith('Late')),
      ['Late: this is of 2026-01-05T10:00:00.000Z, and over since 2026-01-05T10:01:00.000Z.'],
    );
    const page = (await collector.http().get('/services/1').expect(200)).text;
    assert.match(page, /flaky: sent, 1 min later, after \d attempts/);
  });

  it('is not held up by a channel that hangs, which is killed at its timeout', async () => {
    await start(
      channel('hangs', 'sleep 600 & echo $! > pid; wait', { timeoutMs: 1000, retryForMs: 0 }),
      channel('works', 'cat > out'),
    );
    await collector.report({ name: 'disk', state: 'ERR' });
    await waitUntil(() => text('out') !== '');
    await waitUntil(() => text('pid') !== '');
    const states = (await deliveries('kind=service:state/ERR')).map((d: Record<string, unknown>) => [
      d.channel,
      d.state,
    ]);
    assert.deepEqual(states[0], ['hangs', 'sending']);
    const pid = Number(text('pid'));
    await waitUntil(async () =>
      (await deliveries('kind=service:state/ERR')).some(({ state }: { state: string }) => state === 'failed'),
    );
    assert.ok(isGone(pid));
    const hung = (await deliveries('kind=service:state/ERR')).find(
      (d: { channel: string }) => d.channel === 'hangs',
    );
    assert.equal(hung.last_error, 'timed out after 1 s');
  });

  it('that fails at every attempt is given up, and the other channels are told, once', async () => {
    await start(channel('broken', 'exit 1', { retryForMs: 5_000 }), channel('works', 'head -1 >> out'));
    await collector.report([
      { name: 'a', state: 'ERR' },
      { name: 'b', state: 'ERR' },
    ]);
    await goOnUntil(async () => (await deliveries('service=a'))[0].state === 'failed');
    await goOnUntil(async () => (await deliveries('service=b'))[0].state === 'failed');
    await goOnUntil(() => lines('out').length === 3);
    const told = lines('out').filter((line) => line.includes('channel/failing'));
    assert.equal(told.length, 1);
    assert.match(
      told[0] as string,
      /^OverC: \[channel\/failing\] Channel broken fails, so "web1 [ab]: service:state\/ERR" is not delivered there: exit code 1$/,
    );
  });

  it('tells the others while it still tries, and again when the channel works', async () => {
    await start(channel('flaky', '[ -e works ]'), channel('works', 'head -1 >> out'));
    await collector.report({ name: 'a', state: 'ERR' });
    await goOnUntil(() => text('out').includes('channel/failing'));
    assert.equal((await deliveries('service=a'))[0].state, 'waiting');
    writeFileSync(path('works'), '');
    await goOnUntil(() => text('out').includes('OverC: [channel/working] Channel flaky works again'));
    assert.equal((await deliveries('service=a'))[0].state, 'sent');
  });

  it('names a command that cannot be started', async () => {
    await start({ ...channel('gone', ''), argv: ['./no-such-program'], retryForMs: 0 });
    await collector.report({ name: 'a', state: 'ERR' });
    await goOnUntil(async () => (await deliveries('service=a'))[0].state === 'failed');
    assert.match(
      (await deliveries('service=a'))[0].last_error,
      /Cannot start \.\/no-such-program .*no such program/,
    );
  });

  it('is finished before the collector stops; what cannot be is given back, with nothing claimed', async () => {
    await start(channel('slow', 'sleep 0.3; cat > out'), channel('stuck', 'touch began; sleep 600'));
    await collector.report({ name: 'a', state: 'ERR' });
    await waitUntil(() => existsSync(path('began')));
    await collector.stop();
    assert.match(text('out'), /service:state\/ERR/);
    await start(channel('stuck', 'cat > after'));
    await waitUntil(async () =>
      (await deliveries('service=a')).every(({ state }: { state: string }) => state === 'sent'),
    );
    assert.match(text('after'), /service:state\/ERR/);
    assert.deepEqual(
      (await deliveries('service=a')).map((d: Record<string, unknown>) => [d.channel, d.state, d.attempts]),
      [
        ['slow', 'sent', 1],
        ['stuck', 'sent', 1],
      ],
    );
  });
});

/** Whether a process has ended; one that nobody has asked after yet (a zombie) has. */
function isGone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
