import assert from 'node:assert/strict';
import { type AlertJson, type Collector, originalText, post, startCollector } from '../support/collector.ts';
import { newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/mariadb.ts';
import { Scene } from '../support/scene.ts';

const POSTS = 200;
const SILENT_SERVICES = 30;
const STATES = ['OK', 'WARN', 'ERR', 'UNK'];

describe('two collectors on one MariaDB', () => {
  let scene: Scene;
  let database: string;
  let collectors: [Collector, Collector];

  beforeEach(async () => {
    scene = new Scene();
    database = newDatabase('MariaDB', scene);
    scene.script('alert.sh', '#!/bin/sh\ncat >> alerts.txt\necho "$OVERC_DELIVERY_ID" >> deliveries.txt\n');
    const settings = 'secret-file=overc.secret\n[alert:log]\ncommand=./alert.sh\n';
    collectors = await Promise.all([
      startCollector(scene, { database, settings, name: 'one' }),
      startCollector(scene, { database, settings, name: 'two' }),
    ]);
  });
  afterEach(() => scene.end());

  it('start together on an empty database, and each knows what the other was told', async () => {
    await collectors[0].report('web1', [{ name: 'disk', state: 'OK' }]);
    await collectors[1].report('web1', [{ name: 'load', state: 'OK' }]);
    for (const collector of collectors)
      assert.deepEqual(
        (await collector.services()).map(({ name }) => name),
        ['disk', 'load'],
      );
  });

  it('take reports of the same services at once, each stored, in one chain of changes', async () => {
    const names = ['cpu', 'disk', 'load', 'net', 'queue'];
    const posts = Array.from({ length: POSTS }, (_, index) =>
      post(`${(collectors[index % 2] as Collector).url}api/set/service/status`, {
        server: { name: 'web1', key: '1234' },
        period: 600,
        services: names.map((name) => ({ name, state: STATES[index % 4], info: `report ${index}` })),
      }),
    );
    for (const answer of await Promise.all(posts)) assert.equal(answer.status, 200, await answer.text());

    const [one, two] = collectors;
    const services = await one.services();
    assert.deepEqual(await two.services(), services);
    assert.deepEqual(
      services.map(({ name }) => name),
      names,
    );
    for (const { id, name, state } of services) {
      const { reports } = await one.get<{ reports: { info: string }[] }>(`services/${id}/reports?limit=1000`);
      assert.equal(new Set(reports.map(({ info }) => info)).size, POSTS, name);
      assertChain(await two.alerts(`service=${name}`), state);
    }
  });

  it('tell once of each of many services that go silent together', async () => {
    const services = Array.from({ length: SILENT_SERVICES }, (_, index) => ({
      name: `s${index}`,
      state: 'OK',
    }));
    await collectors[0].report('web1', services, 1);
    const offline = await eventually(async () => {
      const alerts = await collectors[1].alerts('kind=plugin/offline');
      assert.equal(alerts.length, SILENT_SERVICES);
      return alerts;
    });
    const deadlines = new Map(
      (await collectors[0].services()).map((service) => [service.name, service.deadline_at]),
    );
    for (const { service, at } of offline) {
      const late = Date.parse(at) - Date.parse(deadlines.get(service ?? '') ?? '');
      assert.ok(late >= 0 && late < 1000, `${service} was noticed ${late} ms after its deadline`);
    }

    // One more alert for each collector to deliver, so that a second one of an earlier alert would be seen.
    for (const collector of collectors)
      await collector.report(`after ${collector.port}`, [{ name: 'x', state: 'ERR' }]);
    const alerts = await eventually(async () => {
      const all = await collectors[0].alerts();
      for (const { deliveries } of all)
        assert.deepEqual(
          deliveries.map(({ state, attempts }) => [state, attempts]),
          [['sent', 1]],
        );
      return all;
    });
    assert.equal(alerts.length, SILENT_SERVICES + 2);
    assert.equal(
      new Set(alerts.map(({ service, kind, server }) => `${server} ${service} ${kind}`)).size,
      alerts.length,
    );
    const texts = scene.read('alerts.txt').split(/^(?=\S.*: \[)/m);
    assert.deepEqual(texts.sort(), alerts.map(originalText).sort());
    const deliveries = scene.read('deliveries.txt').trim().split('\n');
    assert.equal(deliveries.length, alerts.length);
    assert.equal(new Set(deliveries).size, alerts.length);
  });

  it('keep out a third one with another secret, or without one', async () => {
    scene.write('other.secret', `${'x'.repeat(64)}\n`);
    const refusals = await Promise.all(
      ['other.secret', 'nowhere.secret'].map(async (file) => {
        const listen = `127.0.0.1:${await freePort()}`;
        scene.write(`${file}.ini`, `[overc]\ndatabase=${database}\nlisten=${listen}\nsecret-file=${file}\n`);
        return scene.overcServer(['--config', `${file}.ini`]).outcome;
      }),
    );
    assert.deepEqual(
      refusals.map(({ code }) => code),
      [2, 2],
    );
    const [other, missing] = refusals.map(({ err }) => err);
    assert.match(other ?? '', /^overc-server: secret-file: \S+other\.secret is not the secret/);
    assert.match(missing ?? '', /^overc-server: secret-file: \S+nowhere\.secret is missing/);
    assert.equal(scene.read('nowhere.secret'), '');
  });
});

/** Every change starts from the state that the one before led to, and the last led to the current one. */
function assertChain(alerts: AlertJson[], current: string): void {
  let state = '(?)';
  for (const { message } of alerts) {
    const [, from, to] = /^State changed: "(.+)" -> "(.+)"$/.exec(message) ?? [];
    if (state !== '(?)' || from === '(?)') assert.equal(from, state, message);
    state = to ?? '';
  }
  assert.equal(state, current);
}
