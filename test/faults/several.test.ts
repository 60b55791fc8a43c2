import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Collector, startCollector } from '../support/collector.ts';
import { newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { scenes } from '../support/scene.ts';

const SERVERS = 10;
const SERVICES = 100;
const SILENT = SERVERS * SERVICES;
const PERIOD_S = 5;
/** The kill comes so long before the deadline at the earliest, and so long after it at the latest. */
const KILL_FROM_MS = -500;
const KILL_TO_MS = 1000;
const MOST_LATE_MS = 2000;
/** Deliveries that one collector has under way at once. */
const AT_ONCE = 4;
const PATIENCE_MS = 90_000;

describe('several collectors on one MariaDB, of which one is killed as a thousand services fall silent', () => {
  const newScene = scenes();

  for (const count of [2, 3])
    it(`tell of each once, soon: ${count} collectors`, async () => {
      const random = seededRandom();
      const scene = newScene();
      scene.script('alert.sh', '#!/bin/sh\necho "$OVERC_DELIVERY_ID" >> delivered\n');
      const database = newDatabase('MariaDB', scene);
      const settings = 'secret-file=overc.secret\n[alert:log]\ncommand=./alert.sh\ntimeout=1s\n';
      const collectors = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          startCollector(scene, { database, settings, name: `collector${index}` }),
        ),
      );
      await fallSilentWhileOneDies(collectors, random);
      const [survivor] = collectors.filter(({ program }) => program.isRunning) as [Collector];

      const offline = await eventually(async () => {
        const alerts = await survivor.alerts('kind=plugin/offline');
        assert.equal(alerts.length, SILENT);
        return alerts;
      });
      assert.equal(new Set(offline.map(({ server, service }) => `${server} ${service}`)).size, SILENT);
      const deadlines = new Map(
        (await survivor.services()).map(({ server, name, deadline_at }) => [
          `${server} ${name}`,
          deadline_at,
        ]),
      );
      for (const { server, service, at } of offline) {
        const late = Date.parse(at) - Date.parse(deadlines.get(`${server} ${service}`) ?? '');
        assert.ok(late >= 0 && late < MOST_LATE_MS, `${server} ${service} was noticed ${late} ms late`);
      }

      const alerts = await eventually(async () => {
        const all = await survivor.alerts();
        assert.ok(all.every(({ deliveries }) => deliveries.every(({ state }) => state === 'sent')));
        return all;
      }, PATIENCE_MS);
      // A busy machine may hold up one of them, which it tells.
      const others = alerts.filter(({ kind }) => kind !== 'plugin/offline').map(({ kind }) => kind);
      assert.deepEqual(
        others.filter((kind) => !['collector/late', 'collector/on-time'].includes(kind)),
        [],
      );
      const delivered = scene.read('delivered').trim().split('\n');
      assert.equal(new Set(delivered).size, alerts.length);
      const taken = alerts.filter(({ deliveries }) => deliveries.some(({ attempts }) => attempts > 1)).length;
      assert.ok(taken <= AT_ONCE, `${taken} were taken over from the dead`);
      assert.ok(delivered.length <= alerts.length + taken, `${delivered.length - alerts.length} came twice`);
    });

  /** Each server reports to one of them, all promise the same period; then one is killed at about the deadline. */
  async function fallSilentWhileOneDies(collectors: Collector[], random: Random): Promise<void> {
    const services = Array.from({ length: SERVICES }, (_, index) => ({ name: `s${index}`, state: 'OK' }));
    await Promise.all(
      Array.from({ length: SERVERS }, (_, index) =>
        (collectors[index % collectors.length] as Collector).report(`web${index}`, services, PERIOD_S),
      ),
    );
    await pause(PERIOD_S * 1000 + KILL_FROM_MS + random.below(KILL_TO_MS - KILL_FROM_MS));
    await random.oneOf(collectors).program.stop('SIGKILL');
  }
});
