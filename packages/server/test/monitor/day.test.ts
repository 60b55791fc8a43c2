import assert from 'node:assert/strict';
import { onBothKinds } from '../support/collector.ts';
import { Day } from '../support/day.ts';

onBothKinds('a day of the collector', (kind) => {
  let day: Day;
  beforeEach(async () => {
    day = await Day.start(kind);
  });
  afterEach(() => day.stop());

  it('is quiet about a new service that reports OK, and keeps on reporting', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:00:59').report('disk', 'OK');
    await day.at('10:01:58').report('disk', 'OK');
    await day.at('10:02:57').expectNothing();
  });

  it('tells at the deadline, once, and again when the service returns', async () => {
    await day.at('10:00').report('disk', 'OK', { period: 120 });
    await day.at('10:01:59.999').expectNothing();
    await day.at('10:02').expectAlert('plugin/offline', 'disk');
    await day.at('10:04').expectNothing();
    await day.at('10:05').report('disk', 'OK', { period: 60 });
    await day.at('10:05').expectAlert('plugin/online', 'disk');
    await day.at('10:06').expectAlert('plugin/offline', 'disk');
  });

  it('tells of a state that changes, not of one that stays', async () => {
    await day.at('10:00').report('disk', 'ERR');
    await day.at('10:00').expectAlert('service:state/ERR', 'disk');
    await day.at('10:00:30').report('disk', 'ERR');
    await day.at('10:00:40').expectNothing();
    await day.at('10:01').report('disk', 'OK');
    await day.at('10:01').expectAlert('service:state/OK', 'disk');
  });

  it('takes an ERR report as a kept promise', async () => {
    await day.at('10:00').report('disk', 'ERR');
    await day.at('10:00:50').report('disk', 'ERR');
    await day.at('10:01:40').report('disk', 'ERR');
    await day.at('10:02').expectAlerts('service:state/ERR disk');
  });

  it('counts each service’s own promise, and the newest one', async () => {
    await day.at('10:00').report('fast', 'OK', { period: 5 });
    await day.at('10:00').report('slow', 'OK', { period: 3600 });
    await day.at('10:00:05').expectAlert('plugin/offline', 'fast');
    await day.at('10:01').report('slow', 'OK', { period: 10 });
    await day.at('10:01:10').expectAlert('plugin/offline', 'slow');
  });

  it('stretches a promise when a report makes it longer', async () => {
    await day.at('10:00').report('job', 'OK', { period: 10 });
    await day.at('10:00:05').report('job', 'OK', { period: 60 });
    await day.at('10:01:04').expectNothing();
    await day.at('10:01:05').expectAlert('plugin/offline', 'job');
  });

  it('waits for the grace of a promise', async () => {
    await day.at('10:00').report('disk', 'OK', { grace: 30 });
    await day.at('10:01:29.999').expectNothing();
    await day.at('10:01:30').expectAlert('plugin/offline', 'disk');
  });

  it('shortens a promise when a report takes its grace back, however steady it is', async () => {
    await day.at('10:00').report('disk', 'OK', { grace: 600 });
    await day.at('10:00:30').report('disk', 'OK', { grace: 600 });
    await day.at('10:01').report('disk', 'OK');
    await day.at('10:02').expectAlert('plugin/offline', 'disk');
  });

  it('waits for the end of a run that has begun, and tells of a failure when it ends', async () => {
    const run = { period: 120, grace: 10 };
    await day.at('10:00').report('backup', 'OK', { period: 86_400 });
    await day.at('10:01').report('backup', 'UNK', { ...run, running: true });
    assert.deepEqual(await day.service('backup', 'state', 'running_since', 'deadline_at'), [
      ...['OK', '2026-01-05T10:01:00.000Z', '2026-01-05T10:03:10.000Z'],
    ]);
    assert.match(await day.page('backup'), /Running since.*a report every 2 min and 10 s of grace/s);
    await day.at('10:02').report('backup', 'ERR', { period: 86_400 });
    await day.at('10:02').expectAlert('service:state/ERR', 'backup');
    assert.deepEqual(await day.service('backup', 'running_since'), [null]);
    await day.at('10:04').report('backup', 'ERR', { ...run, running: 1 });
    await day.at('10:06:09.999').expectNothing();
    await day.at('10:06:10').expectAlert('plugin/offline', 'backup');
  });

  it('raises nothing about a service that ended on purpose, until it promises something again', async () => {
    await day.at('10:00').report('job', 'OK');
    await day.at('10:00').report('other', 'OK', { period: 3600 });
    await day.at('10:00:30').report('job', 'OK', { bye: true });
    await day.at('10:05').expectNothing();
    assert.deepEqual(await day.service('job', 'silent', 'deadline_at', 'ended_at'), [
      ...[false, null, '2026-01-05T10:00:30.000Z'],
    ]);
    assert.match(await day.page('job'), /Ended on purpose.*2026-01-05 10:00:30 UTC/s);
    assert.doesNotMatch(await day.page('job'), /Due|Running/);
    await day.at('10:06').report('job', 'OK');
    assert.deepEqual(await day.service('job', 'ended_at'), [null]);
    assert.doesNotMatch(await day.page('job'), /Ended on purpose/);
    await day.at('10:06:30').report('job', 'OK');
    await day.at('10:07:30').expectAlert('plugin/offline', 'job');
  });

  it('counts the time after an end on purpose neither for nor against uptime', async () => {
    await day.at('10:00').report('job', 'OK');
    await day.at('10:00:30').report('job', 'OK', { bye: true });
    await day.at('10:05').report('job', 'ERR');
    await day.at('10:05:10').report('job', 'ERR', { bye: true });
    await day.at('10:10').expectAlert('service:state/ERR', 'job');
    const { body } = await day.collector.http().get('/api/v1/services/1/uptime').expect(200);
    assert.equal(body.uptime['24h'], 0.75);
    const spans = (await day.collector.http().get('/api/v1/services/1/history').expect(200)).body.spans;
    assert.deepEqual(
      spans.map(({ until }: { until: string }) => until),
      ['2026-01-05T10:05:10.000Z', '2026-01-05T10:00:30.000Z'],
    );
  });

  it('shows the title that reports give, unless somebody has given one', async () => {
    const title = async () => (await day.service('disk', 'title'))[0];
    await day.at('10:00').report('disk', 'OK');
    assert.equal(await title(), null);
    await day.at('10:00:10').report('disk', 'OK', { title: 'Root disk' });
    assert.equal(await title(), 'Root disk');
    await day.at('10:00:20').report('disk', 'OK', { title: 'Disk /' });
    await day.at('10:00:30').report('disk', 'OK');
    assert.equal(await title(), 'Disk /');
    await day.at('10:00:40').change('disk', { title: 'Ours' });
    await day.at('10:00:50').report('disk', 'OK', { title: 'Theirs' });
    assert.equal(await title(), 'Ours');
    await day.at('10:00:55').change('disk', { title: null });
    assert.equal(await title(), 'Theirs');
    await day.at('10:01').report('disk', 'OK', { title: '' });
    assert.equal(await title(), null);
    await day.at('10:01').expectNothing();
  });

  it('tells of an online before the change that came with it', async () => {
    await day.at('10:00').report('disk', 'OK');
    await day.at('10:01').expectAlert('plugin/offline', 'disk');
    await day.at('10:02').report('disk', 'WARN');
    await day.at('10:02').expectAlerts('plugin/online disk', 'service:state/WARN disk');
  });

  it('raises nothing about the state when an alert is posted for a service', async () => {
    await day.at('10:00').postAlert({ message: 'System down' });
    await day.at('10:00').postAlert({ message: 'Cannot check', service: 'queue' });
    await day.at('10:00').expectAlerts('api/alert', 'api/alert queue');
    await day.at('10:02').expectNothing();
  });

  describe('with a service that is paused', () => {
    const pause = (time: string) => day.at(time).change('disk', { paused: true });
    const resume = (time: string) => day.at(time).change('disk', { paused: false });
    beforeEach(() => day.at('10:00').report('disk', 'OK'));

    it('records what happens to it, and tells of nothing but what is posted', async () => {
      await pause('10:00:10');
      await day.at('10:00:20').report('disk', 'ERR');
      await day.at('10:00:30').postAlert({ message: 'Cannot check', service: 'disk' });
      await day.at('10:03').expectAlert('api/alert', 'disk');
      await day.at('10:04').report('disk', 'OK');
      await day.at('10:04:01').expectNothing();
      const { body } = await day.collector.http().get('/api/v1/services/1/history').expect(200);
      assert.deepEqual(
        body.spans.map(({ state, silent }: { state: string; silent: boolean }) => [state, silent]),
        [
          ['OK', false],
          ['ERR', true],
          ['ERR', false],
          ['OK', false],
        ],
      );
    });

    it('goes on telling of the others that are reported with it', async () => {
      await pause('10:00:10');
      await day.collector.report(['disk', 'load'].map((name) => ({ name, state: 'OK' })));
      await day.collector.report(['disk', 'load'].map((name) => ({ name, state: 'ERR' })));
      await day.at('10:02').expectAlerts('service:state/ERR load', 'plugin/offline load');
    });

    it('tells after the pause of what lasts, with the next report, however steady it is', async () => {
      await pause('10:00:10');
      await day.at('10:00:20').report('disk', 'ERR');
      await day.at('10:00:40').report('disk', 'ERR');
      await resume('10:00:50');
      await day.at('10:00:59').expectNothing();
      await day.at('10:01').report('disk', 'ERR');
      await day.at('10:01').expectAlert('service:state/ERR', 'disk');
      await day.at('10:01:30').report('disk', 'ERR');
      await day.at('10:01:31').expectNothing();
    });

    it('never tells the end of what was told to nobody', async () => {
      await pause('10:00:10');
      await day.at('10:00:20').report('disk', 'ERR');
      await day.at('10:00:30').report('disk', 'OK');
      await resume('10:01');
      await day.at('10:01:10').report('disk', 'OK');
      await day.at('10:01:11').expectNothing();
      await day.at('10:02:10').expectAlert('plugin/offline', 'disk');
    });

    it('tells when it is resumed of a silence that began in the pause and lasts, and then of its end', async () => {
      await pause('10:00:10');
      await day.at('10:02').expectNothing();
      await resume('10:03');
      await day.at('10:03').expectAlert('plugin/offline', 'disk');
      await day.at('10:04').report('disk', 'OK');
      await day.at('10:04').expectAlert('plugin/online', 'disk');
    });

    it('and the others of its server tells of each that fell silent when all are resumed', async () => {
      await day.at('10:00').report('load', 'OK');
      await day.at('10:00').report('job', 'OK', { period: 600 });
      await day.at('10:00:10').changeServer({ paused: true });
      await day.at('10:05').expectNothing();
      await day.at('10:05').changeServer({ paused: false });
      await day.at('10:05').expectAlerts('plugin/offline disk', 'plugin/offline load');
      await day.at('10:06').report('job', 'ERR', { period: 600 });
      await day.at('10:06').expectAlert('service:state/ERR', 'job');
    });

    it('tells the end of what was told before the pause, once it is over', async () => {
      await day.at('10:00:10').report('disk', 'ERR');
      await day.at('10:01:10').expectAlerts('service:state/ERR disk', 'plugin/offline disk');
      await pause('10:02');
      await day.at('10:02:30').report('disk', 'OK');
      await day.at('10:02:40').expectNothing();
      await resume('10:02:50');
      await day.at('10:03').report('disk', 'OK');
      await day.at('10:03').expectAlerts('plugin/online disk', 'service:state/OK disk');
    });

    it('does not tell again of a silence that was told before the pause', async () => {
      await day.at('10:01').expectAlert('plugin/offline', 'disk');
      await pause('10:01:10');
      await day.at('10:01:20').report('disk', 'OK');
      await resume('10:01:30');
      await day.at('10:03').expectNothing();
      await day.at('10:03:10').report('disk', 'OK');
      await day.at('10:03:10').expectAlert('plugin/online', 'disk');
    });
  });

  it('writes the history as it was: spans that join, the silence from the deadline on', async () => {
    await day.at('10:00').report('disk', 'OK', { info: 'fine' });
    await day.at('10:00:30').report('disk', 'OK', { info: 'still fine' });
    await day.at('10:01').report('disk', 'ERR', { info: 'full' });
    await day.at('10:03').report('disk', 'OK', { info: 'fine again' });
    const { body } = await day.collector.http().get('/api/v1/services/1/history').expect(200);
    const at = (time: string) => `2026-01-05T${time}.000Z`;
    assert.deepEqual(body.spans, [
      { state: 'OK', silent: false, since: at('10:03:00'), until: null, reports: 1, info: 'fine again' },
      { state: 'ERR', silent: true, since: at('10:02:00'), until: at('10:03:00'), reports: 0, info: 'full' },
      { state: 'ERR', silent: false, since: at('10:01:00'), until: at('10:02:00'), reports: 1, info: 'full' },
      {
        state: 'OK',
        silent: false,
        since: at('10:00:00'),
        until: at('10:01:00'),
        reports: 2,
        info: 'still fine',
      },
    ]);
  });
});
