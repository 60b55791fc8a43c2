import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Collector, startCollector } from '../support/collector.ts';
import { KINDS, type Kind, newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { scenes } from '../support/scene.ts';

const KILLS = 8;
/** Deliveries of the dead are free after their lease: the command's timeout of a second, and fifteen more. */
const LEASE_PATIENCE_MS = 40_000;

const FAULTY_MS = 60_000;
const ALERT_EVERY_MS = 2000;
const MOST_DELAYED_MS = 1000;

describe('deliveries', () => {
  const newScene = scenes();

  it('are finished when their collector is killed before or in them, at least once, with the same id', async () => {
    const random = seededRandom();
    await Promise.all(KINDS.map((kind) => surviveKills(kind, random)));
  });

  it('are held up by no other channel that hangs, fails for a minute or is slow', async () => {
    await Promise.all(KINDS.map(liveWithBadChannels));
  });

  async function surviveKills(kind: Kind, random: Random): Promise<void> {
    const scene = newScene();
    scene.script(
      'alert.sh',
      '#!/bin/sh\necho "$OVERC_DELIVERY_ID" >> began\nread -r text\nsleep 0.1\necho "$OVERC_DELIVERY_ID $text" >> ended\n',
    );
    const lines = (name: string) => scene.read(name).split('\n').slice(0, -1);
    let collector = await startCollector(scene, {
      database: newDatabase(kind, scene),
      settings: '[alert:log]\ncommand=./alert.sh\ntimeout=1s\n',
    });
    for (let kill = 0; kill < KILLS; kill++) {
      const began = lines('began').length;
      await collector.report('web1', [{ name: `s${kill}`, state: 'ERR' }], 3600);
      if (kill % 2 === 1) {
        await eventually(() => assert.ok(lines('began').length > began));
        await pause(random.below(100));
      }
      collector = await collector.killAndRestart();
    }
    const alerts = await allSent(collector);
    assert.equal(alerts.filter(({ kind }) => kind === 'service:state/ERR').length, KILLS);
    const repeated = alerts.filter(({ deliveries }) => (deliveries[0]?.attempts ?? 0) > 1);
    assert.ok(repeated.length > 0, 'a kill met a delivery');

    const textOf = new Map<string, Set<string>>();
    for (const line of lines('ended')) {
      const [, id = '', text = ''] = /^(\d+) (.*)$/.exec(line) ?? [];
      // Who was started by a collector that died before it handed over the text got none.
      if (text !== '') textOf.set(id, (textOf.get(id) ?? new Set()).add(text));
    }
    assert.equal(textOf.size, alerts.length, 'each has an id of its own');
    for (const [id, texts] of textOf) assert.equal(texts.size, 1, `delivery ${id} always says the same`);
    const services = [...textOf.values()].flatMap((texts) =>
      [...texts].filter((text) => text.startsWith('web1')),
    );
    assert.equal(new Set(services).size, KILLS, 'none says what another one says');
  }

  async function liveWithBadChannels(kind: Kind): Promise<void> {
    const scene = newScene();
    scene.script('hang.sh', '#!/bin/sh\nexec sleep 600\n');
    scene.script('fail.sh', '#!/bin/sh\n[ -e works ] || exit 1\necho "$OVERC_DELIVERY_ID" >> failing\n');
    scene.script('slow.sh', '#!/bin/sh\nsleep 1.5\n');
    scene.script('good.sh', '#!/bin/sh\necho "$(date +%s%3N) $OVERC_AT" >> good\n');
    const section = (name: string) => `[alert:${name}]\ncommand=./${name}.sh\ntimeout=10s\n`;
    const collector = await startCollector(scene, {
      database: newDatabase(kind, scene),
      settings: ['hang', 'fail', 'slow', 'good'].map(section).join(''),
    });
    for (let alert = 0; alert < FAULTY_MS / ALERT_EVERY_MS; alert++) {
      await collector.report('web1', [{ name: `s${alert}`, state: 'ERR' }], 3600);
      await pause(ALERT_EVERY_MS);
    }
    scene.write('works', '');
    const alerts = await collector.alerts();
    const sentBy = async (channel: string) =>
      (await collector.alerts('kind=service:state/ERR')).filter(({ deliveries }) =>
        deliveries.some((delivery) => delivery.channel === channel && delivery.state === 'sent'),
      ).length;
    const raised = alerts.filter(({ kind }) => kind === 'service:state/ERR').length;
    for (const channel of ['good', 'slow', 'fail'])
      await eventually(async () => assert.equal(await sentBy(channel), raised, channel), 60_000);
    for (const line of scene.read('good').trim().split('\n')) {
      const [sentAt, raisedAt] = line.split(' ') as [string, string];
      const delayMs = Number(sentAt) - Date.parse(raisedAt);
      assert.ok(delayMs < MOST_DELAYED_MS, `${delayMs} ms`);
    }
    const delivered = scene.read('failing').trim().split('\n');
    assert.equal(new Set(delivered).size, delivered.length, 'none twice');
    const told = alerts
      .filter(({ kind }) => kind.startsWith('channel/'))
      .map(({ message }) => message.split(',')[0]);
    assert.deepEqual(told.sort(), ['Channel fail fails', 'Channel hang fails']);
  }

  /** Every alert, once all are delivered. */
  async function allSent(collector: Collector) {
    return eventually(async () => {
      const alerts = await collector.alerts();
      const waiting = alerts.filter(({ deliveries }) => deliveries.some(({ state }) => state !== 'sent'));
      assert.deepEqual(
        waiting.map(({ id }) => id),
        [],
      );
      return alerts;
    }, LEASE_PATIENCE_MS);
  }
});
