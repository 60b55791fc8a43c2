import assert from 'node:assert/strict';
import { DAY_MS, toIso } from '../../src/clock.ts';
import { MORNING, onBothKinds, startOn, type TestCollector, WEB1 } from '../support/collector.ts';
import { createDatabase, type TestDatabase } from '../support/databases.ts';
import { Day } from '../support/day.ts';
import { ManualClock } from '../support/manual-clock.ts';

const DATE = '2026-01-05T';
const at = (time: string) => Date.parse(`${DATE}${time.length === 5 ? `${time}:00` : time}Z`);
const clockOf = (iso: string | null) => iso?.slice(11, 19) ?? null;

interface Told {
  kind: string;
  service: string | null;
  message: string;
  at: string;
}

/** What the read API tells of the first service, and POSTs with times. */
class Machine {
  readonly collector: TestCollector;
  constructor(collector: TestCollector) {
    this.collector = collector;
  }

  /** Entries such as `disk ERR 10:01:30`, all within a minute of the next. */
  async post(entries: string[], more: object = {}): Promise<void> {
    const services = entries.map((entry) => {
      const [name, state, time] = entry.split(' ');
      return {
        name,
        state,
        info: `${time ?? 'now'}`,
        ...(time && { at: `${DATE}${time.length === 5 ? `${time}:00` : time}Z` }),
      };
    });
    await this.collector
      .http()
      .post('/api/set/service/status')
      .send({ server: WEB1, period: 60, services, ...more })
      .expect(200, { ok: 1 });
  }

  async get(path: string) {
    return (await this.collector.http().get(`/api/v1${path}`).expect(200)).body;
  }

  /** Such as `OK 10:00:00-10:01:00 (2)`, the latest first. */
  async history(id = 1): Promise<string[]> {
    const { spans } = await this.get(`/services/${id}/history?limit=1000`);
    return spans.map(
      ({ state, silent, since, until, reports }: { [field: string]: string }) =>
        `${state}${silent ? '?' : ''} ${clockOf(since as string)}-${clockOf(until ?? null) ?? ''} (${reports})`,
    );
  }

  async reports(id = 1): Promise<string[]> {
    const { reports } = await this.get(`/services/${id}/reports?limit=1000`);
    return reports.map(({ at, state }: { at: string; state: string }) => `${clockOf(at)} ${state}`);
  }

  async alerts(): Promise<Told[]> {
    return (await this.get('/alerts?limit=1000')).alerts;
  }

  /** Everything that a POST could have changed. */
  async everything(): Promise<unknown> {
    const tables = [
      'services',
      'spans',
      'late_reports',
      'filled_gaps',
      'backlogs',
      'alerts',
      'reports',
      'deliveries',
    ];
    const rows = await Promise.all(tables.map((table) => this.collector.rows(table)));
    return { rows, services: await this.get('/services') };
  }
}

onBothKinds('reports that come late', (kind) => {
  let day: Day;
  let web1: Machine;
  beforeEach(async () => {
    day = await Day.start(kind);
    web1 = new Machine(day.collector);
  });
  afterEach(() => day.stop());

  it('are in the history at their own times, after a network that was away; people hear what is, and once what was', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:01').expectAlert('plugin/offline', 'disk');
    await day.at('10:05').expectNothing();
    await web1.post(['disk OK 10:00:50', 'disk ERR 10:01:40', 'disk OK 10:02:30', 'disk OK 10:04:50']);
    await day.at('10:05').expectAlerts('plugin/online disk', 'server/caught-up');
    assert.deepEqual(await web1.history(), [
      'OK 10:04:50- (1)',
      'OK? 10:03:30-10:04:50 (0)',
      'OK 10:02:30-10:03:30 (1)',
      'ERR 10:01:40-10:02:30 (1)',
      'OK 10:00:00-10:01:40 (2)',
    ]);
    assert.deepEqual(await web1.reports(), [
      ...['10:04:50 OK', '10:02:30 OK', '10:01:40 ERR', '10:00:50 OK', '10:00:00 OK'],
    ]);
    assert.deepEqual(
      await day.service('disk', 'state', 'silent', 'reported_at', 'deadline_at', 'state_since'),
      [...['OK', false, `${DATE}10:04:50.000Z`, `${DATE}10:05:50.000Z`, `${DATE}10:02:30.000Z`]],
    );
    const [summary] = await web1.alerts();
    assert.equal(
      summary?.message,
      'Reported afterwards: 4 reports of 1 service, 2026-01-05 10:00:50 UTC to 2026-01-05 10:04:50 UTC; ' +
        'not OK meanwhile: disk ERR 2026-01-05 10:01:40 UTC to 2026-01-05 10:02:30 UTC',
    );
    await day.at('10:05:50').expectAlert('plugin/offline', 'disk');
  });

  it('change nothing when they come again', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:10').expectAlert('plugin/offline', 'disk');
    const bodies = [
      ['disk OK 10:01', 'disk ERR 10:02'],
      ['disk OK 10:08', 'disk WARN 10:09:30'],
    ];
    const sent = { sent_at: `${DATE}10:10:00Z` };
    await web1.post(bodies[0] as string[], { ...sent, more: true });
    const midway = await web1.everything();
    await web1.post(bodies[0] as string[], { ...sent, more: true });
    assert.deepEqual(await web1.everything(), midway);
    await web1.post(bodies[1] as string[], sent);
    const after = await web1.everything();
    await day
      .at('10:10:03')
      .expectAlerts('plugin/online disk', 'service:state/WARN disk', 'server/caught-up');
    // Sent again as it was, a little later: its times are measured to be later, and it is known all the same.
    await web1.post(bodies[0] as string[], { ...sent, more: true });
    await web1.post(bodies[1] as string[], sent);
    assert.deepEqual(await web1.everything(), after);
  });

  it('fill a silence that ended with a report in its time', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:06').report('disk', 'OK');
    await day.at('10:06').expectAlerts('plugin/offline disk', 'plugin/online disk');
    await web1.post(['disk OK 10:00:50', 'disk ERR 10:01:40', 'disk OK 10:02:30']);
    await day.at('10:06').expectAlert('server/caught-up', null);
    assert.deepEqual(await web1.history(), [
      'OK 10:06:00- (1)',
      'OK? 10:03:30-10:06:00 (0)',
      'OK 10:02:30-10:03:30 (1)',
      'ERR 10:01:40-10:02:30 (1)',
      'OK 10:00:00-10:01:40 (2)',
    ]);
    assert.deepEqual((await web1.reports()).slice(0, 2), ['10:06:00 OK', '10:02:30 OK']);
    assert.deepEqual(await day.service('disk', 'reported_at', 'state_since'), [
      ...[`${DATE}10:06:00.000Z`, `${DATE}10:02:30.000Z`],
    ]);
  });

  it('come in any order over several POSTs', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:10').report('disk', 'OK');
    for (const entry of ['disk OK 10:03', 'disk ERR 10:02:30', 'disk WARN 10:02:45', 'disk OK 10:01:30'])
      await web1.post([entry], { more: true });
    assert.deepEqual(await web1.history(), [
      'OK 10:10:00- (1)',
      'OK? 10:04:00-10:10:00 (0)',
      'OK 10:03:00-10:04:00 (1)',
      'WARN 10:02:45-10:03:00 (1)',
      'ERR 10:02:30-10:02:45 (1)',
      'OK 10:01:30-10:02:30 (1)',
      'OK? 10:01:00-10:01:30 (0)',
      'OK 10:00:00-10:01:00 (1)',
    ]);
  });

  it('raise nothing while more follow, and then what is other than was told, of every service', async () => {
    await day.at('10:00').report('disk', 'OK', { period: 3600 });
    await day.at('10:00').report('load', 'OK', { period: 3600 });
    await day.at('10:30').expectNothing();
    await web1.post(['disk ERR 10:10', 'load ERR 10:11', 'new WARN 10:12'], { period: 3600, more: true });
    await day.at('10:30:01').expectNothing();
    assert.deepEqual(await day.service('disk', 'state'), ['ERR']);
    await web1.post(['load OK 10:20'], { period: 3600 });
    await day
      .at('10:30:02')
      .expectAlerts('service:state/ERR disk', 'service:state/WARN new', 'server/caught-up');
    await web1.post(['disk ERR', 'load OK', 'new WARN']);
    await day.at('10:30:03').expectNothing();
    const [{ message }] = (await web1.alerts()) as [Told];
    assert.match(
      message,
      /4 reports of 3 services, .*: disk ERR since .*; load ERR .*10:11:00 UTC to .*10:20:00 UTC; new WARN since/,
    );
  });

  it('leave the same silence between two POSTs as within one', async () => {
    await day.at('10:00').report('disk', 'OK', { period: 3600 });
    await day.at('10:20').expectNothing();
    await web1.post(['disk OK 10:01', 'disk OK 10:04'], { more: true });
    await web1.post(['disk OK 10:10', 'disk OK 10:19:30']);
    assert.deepEqual(await web1.history(), [
      ...['OK 10:19:30- (1)', 'OK? 10:11:00-10:19:30 (0)', 'OK 10:10:00-10:11:00 (1)'],
      ...['OK? 10:05:00-10:10:00 (0)', 'OK 10:04:00-10:05:00 (1)', 'OK? 10:02:00-10:04:00 (0)'],
      'OK 10:00:00-10:02:00 (2)',
    ]);
    await day.at('10:20').expectAlert('server/caught-up', null);
  });

  it('keep a promise while more follow, from when they are heard', async () => {
    await day.at('10:00').report('disk', 'OK', { period: 600 });
    await day.at('10:09').expectNothing();
    await web1.post(['disk OK 10:01', 'disk OK 10:02'], { more: true });
    await day.at('10:09:59.999').expectNothing();
    assert.deepEqual(await day.service('disk', 'deadline_at'), [`${DATE}10:10:00.000Z`]);
    await day.at('10:10').expectAlert('plugin/offline', 'disk');
  });

  it('tell in one alert that the newest of them came too late', async () => {
    await day.at('10:00').report('disk', 'OK', { period: 600 });
    await day.at('10:05').expectNothing();
    await web1.post(['disk ERR 10:01']);
    await day.at('10:05').expectAlerts('service:state/ERR disk', 'plugin/offline disk', 'server/caught-up');
    assert.deepEqual(await web1.history(), [
      'ERR? 10:02:00- (0)',
      'ERR 10:01:00-10:02:00 (1)',
      'OK 10:00:00-10:01:00 (1)',
    ]);
    await day.at('10:06').expectNothing();
  });

  it('raise nothing when an ordinary hiccup delayed them by seconds', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:00:45').expectNothing();
    await web1.post(['disk OK 10:00:30', 'disk OK 10:00:40']);
    await day.at('10:00:46').expectNothing();
    assert.deepEqual(await web1.history(), ['OK 10:00:00- (3)']);
    await day.at('10:01:39.999').expectNothing();
    await day.at('10:01:40').expectAlert('plugin/offline', 'disk');
  });

  it('raise nothing about a paused service', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:00:10').change('disk', { paused: true });
    await day.at('10:05').expectNothing();
    await web1.post(['disk ERR 10:01', 'disk ERR 10:04:30']);
    assert.deepEqual(
      (await web1.alerts()).map(({ kind }) => kind),
      ['server/caught-up'],
    );
    assert.deepEqual(await day.service('disk', 'state', 'silent'), ['ERR', false]);
  });

  it('are placed by our clock, when the machine says what its own one shows', async () => {
    await day.at('10:05').report('disk', 'OK', { period: 3600 });
    await day.at('10:10').expectNothing();
    await web1.post(['disk OK 12:07', 'disk OK 12:08'], { period: 3600, sent_at: `${DATE}12:10:00Z` });
    assert.deepEqual(await web1.reports(), ['10:08:00 OK', '10:07:00 OK', '10:05:00 OK']);
    const skew = async () => (await web1.get('/servers')).servers[0].skew;
    assert.equal(await skew(), -7200);
    assert.match(
      (await day.collector.http().get('/servers/1').expect(200)).text,
      /Its clock is 7200\.0 s ahead: set it right/,
    );
    await web1.post(['disk OK'], { sent_at: `${DATE}12:10:00.900Z` });
    assert.equal(await skew(), -7200);
    await web1.post(['disk OK'], { sent_at: `${DATE}10:10:00.250Z` });
    assert.equal(await skew(), -0.25);
    assert.match(
      (await day.collector.http().get('/servers/1').expect(200)).text,
      /Its clock is 0\.3 s ahead\./,
    );
  });

  it('count as of now when they are of the future, and are dropped when they are older than the history is kept', async () => {
    await day.at('10:10').report('disk', 'OK');
    await day.at('10:10:01').expectNothing();
    await web1.post(['disk WARN 11:00']);
    assert.deepEqual(await day.service('disk', 'state', 'reported_at'), ['WARN', `${DATE}10:10:01.000Z`]);
    const old = toIso(at('10:10') - day.collector.config.keepHistoryMs);
    await day.collector
      .http()
      .post('/api/set/service/status')
      .send({ server: WEB1, period: 60, services: [{ name: 'other', state: 'ERR', at: old }] })
      .expect(200);
    assert.equal((await web1.get('/services')).services.length, 1);
  });

  it('are paged with the others, the latest first', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:05').report('disk', 'OK');
    await day.at('10:06').report('disk', 'OK');
    await web1.post(['disk OK 10:01', 'disk OK 10:02', 'disk OK 10:03']);
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page: { reports: { at: string }[]; next?: string } = await web1.get(
        `/services/1/reports?limit=1${next && `&cursor=${next}`}`,
      );
      seen.push(...page.reports.map(({ at }) => clockOf(at) as string));
      next = page.next;
    }
    assert.deepEqual(seen, ['10:06:00', '10:05:00', '10:03:00', '10:02:00', '10:01:00', '10:00:00']);
  });

  it('go with their service', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:05').report('disk', 'OK');
    await web1.post(['disk OK 10:01'], { more: true });
    await day.collector.http().delete('/api/v1/services/1').expect(200);
    assert.deepEqual(await day.collector.rows('late_reports'), []);
    await day.collector.http().delete('/api/v1/servers/1').expect(200);
    assert.deepEqual(await day.collector.rows('backlogs'), []);
  });

  it('of a history with many spans concern few of them', async () => {
    for (let i = 0; i < 100; i++)
      await day
        .at(`10:0${Math.floor(i / 12)}:${String((i % 12) * 5).padStart(2, '0')}`)
        .report('flap', i % 2 ? 'ERR' : 'OK', { period: 3 });
    await day.collector.clock.advanceTo(at('10:08:17'));
    const before = await web1.history();
    await web1.post(['flap WARN 10:00:04', 'flap WARN 10:05:04', 'flap WARN 10:08:17']);
    const after = await web1.history();
    assert.deepEqual(
      after.filter((span) => !before.includes(span)),
      [
        ...['WARN 10:08:17- (1)', 'ERR 10:08:15-10:08:17 (1)'],
        ...['WARN 10:05:04-10:05:05 (1)', 'OK? 10:05:03-10:05:04 (0)'],
        ...['WARN 10:00:04-10:00:05 (1)', 'OK? 10:00:03-10:00:04 (0)'],
      ],
    );
    assert.equal(after.length, before.length + 3);
  });
});

onBothKinds('a collector that was away for ten minutes under a monitor of 50 services', (kind) => {
  let database: TestDatabase;
  let collector: TestCollector;
  let web1: Machine;
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    await collector.stop();
    await database.remove();
  });
  const names = Array.from({ length: 50 }, (_, i) => `s${String(i).padStart(2, '0')}`);
  /** Each service reports every minute, at a second of its own; s07 fails for three minutes. */
  const stateOf = (name: string, minute: number) =>
    name === 's07' && minute >= 3 && minute < 6 ? 'ERR' : 'OK';
  const reportOf = (name: string, minute: number) => ({
    ...{ name, state: stateOf(name, minute), info: `minute ${minute}`, period: 70 },
    at: toIso(MORNING + minute * 60_000 + names.indexOf(name) * 1000),
  });

  it('knows every report at its own time, uptime is right, nothing is told of the past, and one summary', async () => {
    const first = await startOn(database, new ManualClock(MORNING));
    for (const [i, name] of names.entries()) {
      await first.clock.advanceTo(MORNING + i * 1000);
      const { at: _, ...report } = reportOf(name, 0);
      await first.report(report);
    }
    await first.stop();
    collector = await startOn(database, new ManualClock(MORNING + 11 * 60_000));
    web1 = new Machine(collector);
    const backlog = Array.from({ length: 10 }, (_, i) => i + 1).flatMap((minute) =>
      names.map((name) => reportOf(name, minute)),
    );
    const send = async () => {
      for (let from = 0; from < backlog.length; from += 120) {
        const body = {
          server: WEB1,
          period: 70,
          sent_at: toIso(collector.clock.now()),
          services: backlog.slice(from, from + 120),
        };
        await collector
          .http()
          .post('/api/set/service/status')
          .send({ ...body, more: from + 120 < backlog.length })
          .expect(200, { ok: 1 });
        await collector.clock.advanceTo(collector.clock.now() + 200);
      }
    };
    await send();
    const told = await web1.alerts();
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['server/caught-up', 'collector/resumed'],
    );
    assert.match(
      told[0]?.message ?? '',
      /^Reported afterwards: 500 reports of 50 services, 2026-01-05 10:01:00 UTC to 2026-01-05 10:10:49 UTC; not OK meanwhile: s07 ERR 2026-01-05 10:03:07 UTC to 2026-01-05 10:06:07 UTC$/,
    );
    for (const [i, name] of names.entries()) {
      const expected = Array.from({ length: 11 }, (_, minute) => minute).reverse();
      const { reports } = await web1.get(`/services/${i + 1}/reports?limit=100`);
      assert.deepEqual(
        reports.map(({ at, state, info }: { [field: string]: string }) => ({ at, state, info })),
        expected.map((minute) => {
          const { at, state, info } = reportOf(name, minute);
          return { at, state, info };
        }),
      );
    }
    const { uptime } = await web1.get('/services/1/uptime');
    assert.equal(uptime['24h'], 1);
    const { spans, gaps } = await web1.get('/services/1/history');
    assert.equal(spans.length, 1);
    assert.equal(spans[0].reports, 11);
    assert.deepEqual(
      gaps.map(({ since, until }: { since: string; until: string }) => [clockOf(since), clockOf(until)]),
      [['10:00:49', '10:01:00']],
    );
    const s07 = (await web1.get('/services/8/uptime')).uptime['24h'];
    // From 10:00:07, less the gap until 10:01:07, to 10:11:01.2 or so; down for three minutes.
    const observedMs = collector.clock.now() - MORNING - 7000 - (60_000 + 7000 - 49_000);
    assert.ok(Math.abs(s07 - (1 - 180_000 / observedMs)) < 0.001, `${s07}`);
    const before = await web1.everything();
    await send();
    assert.deepEqual(await web1.everything(), before);
    assert.deepEqual((await web1.alerts()).length, 2);
  });

  it('gathers what it will tell across a restart of its own', async () => {
    collector = await startOn(database, new ManualClock(MORNING));
    await collector.report({ name: 'disk', state: 'OK', period: 3600 });
    await collector.clock.advanceTo(MORNING + 600_000);
    await new Machine(collector).post(['disk ERR 10:01', 'disk OK 10:02'], { more: true });
    await collector.stop();
    collector = await startOn(database, new ManualClock(MORNING + 600_500));
    web1 = new Machine(collector);
    await web1.post(['disk OK 10:08']);
    const [{ kind, message }] = (await web1.alerts()) as [Told];
    assert.equal(kind, 'server/caught-up');
    assert.match(message, /3 reports of 1 service, .*disk ERR .*10:01:00 UTC to .*10:02:00 UTC$/);
    assert.deepEqual(await collector.rows('backlogs'), []);
  });
});

describe('what came late', () => {
  it('is known for a day, however short reports are kept', async () => {
    const database = await createDatabase('SQLite');
    const known = async (afterMs: number) => {
      const collector = await startOn(database, new ManualClock(MORNING + afterMs), { keepReportsMs: 0 });
      await collector.clock.advanceTo(collector.clock.now() + 61_000);
      if (afterMs === 0) await new Machine(collector).post(['disk OK 10:00:10', 'disk OK 10:00:20']);
      const { length } = await collector.rows('late_reports');
      await collector.stop();
      return length;
    };
    assert.equal(await known(0), 2);
    assert.equal(await known(DAY_MS - 60_000), 2);
    assert.equal(await known(DAY_MS), 0);
    await database.remove();
  });
});
