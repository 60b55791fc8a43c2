import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type AlertJson, type Collector, startCollector } from '../support/collector.ts';
import { KINDS, type Kind, newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { scenes } from '../support/scene.ts';

const MOST_LATE_MS = 1000;
const RESTARTS = 5;
const PERIOD_S = 2;
/** The restart begins at most this long before the deadline. */
const LEAD_MS = 700;

const RESTART_EVERY_MS = 5000;
const [SHORT_S, LONG_S] = [4, 20];
/** The long period, credited three times at most, with as many restarts. */
const PATIENCE_MS = 90_000;

describe('a collector that is restarted', () => {
  const newScene = scenes();

  it('as a deadline falls due neither loses it nor is late with it', async () => {
    const random = seededRandom();
    await Promise.all(KINDS.map((kind) => restartAtDeadlines(kind, random)));
  });

  it('every five seconds still raises what is silent, whether it is back at once or after three seconds', async () => {
    const random = seededRandom();
    await Promise.all(KINDS.flatMap((kind) => [0, 3000].map((downMs) => restartAgain(kind, downMs, random))));
  });

  async function restartAtDeadlines(kind: Kind, random: Random): Promise<void> {
    const scene = newScene();
    let collector = await startCollector(scene, { database: newDatabase(kind, scene) });
    for (let restart = 0; restart < RESTARTS; restart++) {
      const name = `s${restart}`;
      await collector.report('web1', [{ name, state: 'OK' }], PERIOD_S);
      await pause(PERIOD_S * 1000 - random.below(LEAD_MS));
      collector = await (random.oneOf([true, false]) ? collector.killAndRestart() : collector.restart());
      const backAt = Date.now();
      const [offline] = await eventually(async () => {
        const alerts = await offlineOf(collector, name);
        assert.equal(alerts.length, 1);
        return alerts;
      });
      await expectTimely(collector, offline as AlertJson, backAt);
    }
    const all = await collector.alerts('kind=plugin/offline');
    assert.equal(all.length, RESTARTS);
  }

  async function restartAgain(kind: Kind, downMs: number, random: Random): Promise<void> {
    const scene = newScene();
    const database = newDatabase(kind, scene);
    let collector = await startCollector(scene, { database });
    await collector.report('web1', [{ name: 'short', state: 'OK' }], SHORT_S);
    await collector.report('web1', [{ name: 'long', state: 'OK' }], LONG_S);
    const giveUpAt = performance.now() + PATIENCE_MS;
    let backAt = Date.now();
    /** When the collector came back before each alert was seen. */
    const seen = new Map<string, { alert: AlertJson; backAt: number }>();
    while (seen.size < 2) {
      assert.ok(performance.now() < giveUpAt, `only ${[...seen.keys()]} were raised`);
      await pause(RESTART_EVERY_MS);
      for (const alert of await collector.alerts('kind=plugin/offline'))
        if (!seen.has(alert.service ?? '')) seen.set(alert.service ?? '', { alert, backAt });
      await collector.program.stop(random.oneOf(['SIGKILL', 'SIGTERM']));
      await pause(downMs);
      collector = await startCollector(scene, { database, port: collector.port });
      backAt = Date.now();
    }
    for (const { alert, backAt } of seen.values()) await expectTimely(collector, alert, backAt);
    const all = await collector.alerts('kind=plugin/offline');
    assert.deepEqual(all.map(({ service }) => service).sort(), ['long', 'short']);
  }

  function offlineOf(collector: Collector, service: string): Promise<AlertJson[]> {
    return collector.alerts(`kind=plugin/offline&service=${service}`);
  }

  /** It was raised at its deadline, or as soon as a collector was back. */
  async function expectTimely(
    collector: Collector,
    { at, service }: AlertJson,
    backAt: number,
  ): Promise<void> {
    const [found] = await collector.services(`q=${service}`);
    const deadline = Date.parse(found?.deadline_at ?? '');
    const early = Date.parse(at) - deadline;
    const late = Date.parse(at) - Math.max(deadline, backAt);
    assert.ok(
      early >= 0 && late < MOST_LATE_MS,
      `${service} was noticed ${early} ms after its deadline, ${late} ms late`,
    );
  }
});
