import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { startCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { OVERCLI } from '../support/program.ts';
import { Scene } from '../support/scene.ts';

/** What is not OK is checked twice more before it is sent. */
const PATIENCE_MS = 60_000;

describe('a machine that overcli init sets up', () => {
  let scene: Scene;
  before(() => {
    scene = new Scene();
  });
  after(() => scene.end());
  /** Without apt-get on its path, which would count updates for seconds, three times. */
  const overcli = (...args: string[]) =>
    scene.run([process.execPath, OVERCLI, ...args], { cwd: scene.folder, env: { PATH: '/nowhere' } });

  it('has a file that works: what it watches can be tested, and arrives at the collector', async function () {
    this.timeout(PATIENCE_MS + 20_000);
    const collector = await startCollector(scene, { database: 'sqlite://overc.db' });
    const args = ['-s', collector.url, '-i', 'web1:k3y'];
    const made = await overcli('init', '--yes', ...args, 'monitor.ini').outcome;
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, /takes the key of web1\./);
    assert.match(made.out, /\nStart the monitor: +overcli monitor monitor\.ini\n/);
    assert.ok(!made.out.includes('k3y'));
    assert.equal(statSync(scene.path('monitor.ini')).mode & 0o777, 0o600);

    const tested = await overcli('test', 'monitor.ini', '--json').outcome;
    const { services } = JSON.parse(tested.out) as { services: { name: string; state: string }[] };
    const names = services.map(({ name }) => name);
    for (const name of ['load', 'memory', 'disk /']) assert.ok(names.includes(name), names.join());
    for (const { name, state } of services) assert.notEqual(state, 'UNK', name);
    const file = readFileSync(scene.path('monitor.ini'), 'utf8');
    assert.deepEqual(
      [...file.matchAll(/^\[service:(.*)\]$/gm)].map(([, name]) => name),
      names,
    );

    const monitor = overcli('monitor', 'monitor.ini');
    await eventually(async () => {
      const arrived = (await collector.services('server=web1')).map(({ name }) => name);
      assert.deepEqual(arrived.toSorted(), names.toSorted());
    }, PATIENCE_MS);
    const examined = await overcli('doctor', 'monitor.ini').outcome;
    assert.equal(examined.code, 0, examined.out);
    assert.match(examined.out, /\nAll is well\.\n$/);
    assert.equal((await monitor.stop()).code, 0);
  });
});
