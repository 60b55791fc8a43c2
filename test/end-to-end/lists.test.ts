import assert from 'node:assert/strict';
import { type Collector, startCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { Scene } from '../support/scene.ts';

/** More than the client asks for at once. */
const MANY = 1100;

describe('overcli services and alerts, of a real collector', () => {
  let scene: Scene;
  let collector: Collector;

  before(async () => {
    scene = new Scene();
    collector = await startCollector(scene, { database: 'sqlite://overc.db' });
    const many = Array.from({ length: MANY }, (_, index) => ({
      name: `app ${index}`,
      state: 'OK',
      info: 'x'.repeat(300),
    }));
    await collector.report('many', many);
    await collector.report('web1', [
      { name: 'disk', state: 'ERR', info: '91% used\nmore of it' },
      { name: 'load', state: 'OK', info: '0.5' },
    ]);
    await collector.report('web2', [{ name: 'job', state: 'OK', info: 'done' }], 1);
    await eventually(async () => assert.equal((await collector.services('silent=true')).length, 1));
  });
  after(() => scene.end());

  async function overcli(...args: string[]): Promise<string> {
    const { code, out, err } = await scene.overcli('-s', collector.url, ...args).outcome;
    assert.equal(code, 0, err);
    return out;
  }
  const lines = (text: string) => text.split('\n').map((line) => line.replace(/\d\d:\d\d:\d\d/, 'TIME'));

  it('show the services of all servers, the worst first', async () => {
    const shown = lines(await overcli('services', '--limit', '3'));
    assert.deepEqual(shown.slice(1), [
      'web1    disk     ERR    TIME          91% used',
      'web2    job      OK     TIME  silent  done',
      `many    app 0    OK     TIME          ${'x'.repeat(300)}`,
      '',
    ]);
  });

  it('print all of them as the API has them, however many pages that takes', async () => {
    const all = JSON.parse(await overcli('services', '--json')) as { id: number }[];
    assert.equal(all.length, MANY + 3);
    assert.equal(new Set(all.map(({ id }) => id)).size, MANY + 3);
    assert.deepEqual(JSON.parse(await overcli('services', '--json', '--of', 'web1')), [
      ...(await collector.services('server=web1')),
    ]);
  });

  it('find by state, silence and a part of the name', async () => {
    const names = async (...args: string[]) =>
      (JSON.parse(await overcli('services', '--json', ...args)) as { name: string }[]).map(
        ({ name }) => name,
      );
    assert.deepEqual(await names('--state', 'ERR'), ['disk']);
    assert.deepEqual(await names('--silent'), ['job']);
    assert.deepEqual(await names('--paused'), []);
    assert.deepEqual(
      await names('app 109'),
      [109, ...Array.from({ length: 10 }, (_, n) => 1090 + n)].map((n) => `app ${n}`),
    );
  });

  it('show alerts, the latest first, by what they are about', async () => {
    const shown = lines(await overcli('alerts'));
    assert.match(shown[0] ?? '', /^AT +SERVER +SERVICE +KIND +MESSAGE$/);
    assert.deepEqual(shown.slice(1), [
      'TIME  web2    job      plugin/offline     Monitoring plugin offline',
      'TIME  web1    disk     service:state/ERR  State changed: "(?)" -> "ERR"',
      '',
    ]);
    const [alert] = JSON.parse(await overcli('alerts', '--json', '--of', 'web1', '--since', '1h'));
    assert.deepEqual(alert, (await collector.alerts('server=web1'))[0]);
    assert.equal(await overcli('alerts', '--severity', 'warning'), '');
    assert.equal(await overcli('alerts', '--since', '1ms'), '');
  });
});
