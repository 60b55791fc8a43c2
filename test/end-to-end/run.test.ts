import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type Collector, type ServiceJson, startNamed } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { scenes } from '../support/scene.ts';

describe('a job run by overcli, at a collector', () => {
  const newScene = scenes();

  const setUp = async () => {
    const scene = newScene();
    const collector = await startNamed(scene, 'server');
    scene.write('monitor.ini', `[overc]\nserver=${collector.url}\nmy-name=web1\nmy-key=1234\n`);
    scene.script(
      'job.sh',
      '#!/bin/sh\necho begun\ntouch begun\nuntil [ -e go ]; do sleep 0.02; done\nexit 3\n',
    );
    const run = (...words: string[]) => scene.overcli('-c', 'monitor.ini', 'run', ...words);
    const begun = () => eventually(() => assert.ok(existsSync(scene.path('begun'))));
    return { scene, collector, run, begun };
  };
  const only = async (collector: Collector): Promise<ServiceJson & { running_since: string | null }> => {
    const [service, ...others] = await collector.services();
    assert.deepEqual(others, []);
    assert.ok(service);
    return service as ServiceJson & { running_since: string | null };
  };

  it('is shown as running, and then as it ended, with one alert', async () => {
    const { scene, collector, run, begun } = await setUp();
    const program = run('--service', 'backup', '--period', '1h', '--', './job.sh');
    await begun();
    await eventually(async () => assert.ok((await only(collector)).running_since));
    assert.deepEqual(await collector.alerts(), []);

    scene.write('go', '');
    const { code, out } = await program.outcome;
    assert.deepEqual([code, out], [3, 'begun\n']);
    const { name, state, info, running_since, period } = await only(collector);
    assert.deepEqual([name, state, running_since, period], ['backup', 'ERR', null, 3600]);
    assert.match(info, /^Exit code 3 after .* \| duration=.*\nbegun$/);
    assert.deepEqual(
      (await collector.alerts()).map(({ kind }) => kind),
      ['service:state/ERR'],
    );
  });

  it('that lasts too long raises an alert while it runs', async () => {
    const { scene, collector, run, begun } = await setUp();
    const program = run('--max', '0.3s', '--', './job.sh');
    await begun();
    const { state, info } = await eventually(async () => {
      const service = await only(collector);
      assert.equal(service.state, 'WARN');
      return service;
    });
    assert.deepEqual([state, info], ['WARN', 'Still running after 0.3 s, which is --max']);
    assert.ok(program.isRunning);
    scene.write('go', '');
    assert.equal((await program.outcome).code, 3);
    assert.deepEqual(
      (await collector.alerts()).map(({ kind }) => kind),
      ['service:state/WARN', 'service:state/ERR'],
    );
  });

  it('that is killed with its machine is told of when it ought to have ended', async () => {
    const { collector, run, begun } = await setUp();
    const program = run('--period', '1s', '--grace', '0', '--', './job.sh');
    await begun();
    await eventually(async () => assert.ok((await only(collector)).running_since));
    await program.stop('SIGKILL');
    const alerts = await eventually(async () => {
      const found = await collector.alerts();
      assert.equal(found.length, 1);
      return found;
    });
    assert.deepEqual(
      alerts.map(({ kind, service }) => [kind, service]),
      [['plugin/offline', 'job.sh']],
    );
  });
});
