import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { startCollector } from '../support/collector.ts';
import { KINDS, newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { seededRandom } from '../support/random.ts';
import { scenes } from '../support/scene.ts';
import { Senders } from './senders.ts';

const KILLS = 20;
const SENDERS = 8;
const LONGEST_LIFE_MS = 400;
const LONGEST_STOP_MS = 10_000;

for (const kind of KINDS)
  describe(`a collector under load (${kind})`, () => {
    const newScene = scenes();

    it('that is killed has every report that it answered with 200, and the alerts that follow from what it has', async () => {
      const random = seededRandom();
      const scene = newScene();
      let collector = await startCollector(scene, { database: newDatabase(kind, scene) });
      const senders = new Senders(scene, collector.url, { count: SENDERS, random });
      for (let kill = 0; kill < KILLS; kill++) {
        await pause(random.below(LONGEST_LIFE_MS));
        collector = await collector.killAndRestart();
      }
      await senders.end();
      assert.deepEqual([...senders.refusals], []);
      assert.ok(senders.accepted > KILLS, `${senders.accepted} were accepted`);
      await senders.check(collector);
    });

    it('that is stopped answers whatever it has accepted, and ends', async () => {
      const random = seededRandom();
      const scene = newScene();
      const collector = await startCollector(scene, { database: newDatabase(kind, scene) });
      const senders = new Senders(scene, collector.url, { count: SENDERS, random });
      await eventually(() => assert.ok(senders.accepted > 100));
      const from = performance.now();
      await collector.stop();
      const tookMs = performance.now() - from;
      assert.ok(tookMs < LONGEST_STOP_MS, `${tookMs} ms`);
      await senders.end();
      const again = await collector.restart();
      assert.equal(await senders.check(again), 0, 'stored, and nobody was told so');
    });
  });
