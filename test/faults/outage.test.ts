import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Collector, post, startCollector } from '../support/collector.ts';
import { KINDS, type Kind, newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { scenes } from '../support/scene.ts';

const OUTAGE_MS = 60_000;
const FAITHFUL = 2000;
const PERIOD_S = 20;
const REPORT_EVERY_MS = 5000;
const MOST_LATE_MS = 1000;

describe('an outage of a minute', () => {
  const newScene = scenes();

  it('is told of once; nothing is said of those who kept reporting, and once of each who did not', async () => {
    await Promise.all(KINDS.map(liveThrough));
  });

  async function liveThrough(kind: Kind): Promise<void> {
    const scene = newScene();
    const before = await startCollector(scene, { database: newDatabase(kind, scene) });
    const url = `${before.url}api/set/service/status`;
    const names = Array.from({ length: FAITHFUL }, (_, index) => ({
      name: `faithful-${index}`,
      state: 'OK',
    }));
    const body = { server: { name: 'web1', key: '1234' }, period: PERIOD_S, services: names };
    let isOver = false;
    const reporting = (async () => {
      while (!isOver) {
        await post(url, body).catch(() => undefined); // nobody may be listening
        await pause(REPORT_EVERY_MS);
      }
    })();

    await before.report('web2', [{ name: 'before', state: 'OK' }], 1);
    await eventually(async () => assert.equal((await offlineOf(before, 'before')).length, 1));
    await before.report('web2', [{ name: 'during', state: 'OK' }], PERIOD_S);
    await before.program.stop('SIGKILL');
    await pause(OUTAGE_MS);
    const after = await startCollector(scene, {
      database: before.database,
      port: before.port,
    });
    await after.report('web2', [{ name: 'after', state: 'OK' }], 2);

    await eventually(
      async () => {
        for (const name of ['after', 'during']) assert.equal((await offlineOf(after, name)).length, 1, name);
      },
      (PERIOD_S + 10) * 1000,
    );
    isOver = true;
    const alerts = await after.alerts();
    assert.deepEqual(alerts.map(({ kind, service }) => `${kind} ${service ?? ''}`.trim()).sort(), [
      'collector/resumed',
      'plugin/offline after',
      'plugin/offline before',
      'plugin/offline during',
    ]);
    const services = await after.services('server=web2');
    for (const { name, deadline_at } of services.filter(({ name }) => name !== 'before')) {
      const [offline] = await offlineOf(after, name);
      const late = Date.parse(offline?.at ?? '') - Date.parse(deadline_at);
      assert.ok(late >= 0 && late < MOST_LATE_MS, `${name} was noticed ${late} ms after its deadline`);
    }
    await reporting;
  }
});

function offlineOf(collector: Collector, service: string) {
  return collector.alerts(`kind=plugin/offline&service=${service}`);
}
