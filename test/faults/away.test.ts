import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Collector, type ServiceJson, startCollector } from '../support/collector.ts';
import { KINDS, type Kind, newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/mariadb.ts';
import { ROOT } from '../support/program.ts';
import { seededRandom } from '../support/random.ts';
import { type Scene, scenes } from '../support/scene.ts';

const SPOOLER = join(ROOT, 'packages/overcli/dist/test/spooler.js');
const KILLS = 50;
const AT_ONCE = 4;
/** The longest life, in such lives as a whole command takes: some die before they have begun. */
const LONGEST_LIFE = 3;
const KILLS_WHILE_SENDING = 10;
const LONGEST_SENDING_MS = 300;

interface ReportJson {
  at: string;
  state: string;
  info: string;
}

async function reportsOf(collector: Collector, { id }: ServiceJson): Promise<ReportJson[]> {
  return (await collector.get<{ reports: ReportJson[] }>(`services/${id}/reports?limit=1000`)).reports;
}

/** The infos of all reports that the collector has of each service, sorted. */
async function heard(collector: Collector): Promise<Map<string, string[]>> {
  const services = await collector.services();
  const lists = services.map(async (service) => {
    const infos = (await reportsOf(collector, service)).map(({ info }) => info);
    return [service.name, infos.sort()] as const;
  });
  return new Map(await Promise.all(lists));
}

describe('what cannot be delivered', () => {
  const newScene = scenes();

  it(`is neither lost nor doubled when who keeps it is killed, ${KILLS} times, and who sends it`, async () => {
    const random = seededRandom();
    const scene = newScene();
    const port = await freePort();
    scene.write(
      'way.ini',
      `[overc]\nserver=http://127.0.0.1:${port}/\nmy-name=web1\nmy-key=1234\nspool=spool\n`,
    );
    const keep = (service: string, info: string) =>
      scene.overcli('-c', 'way.ini', 'service-status', '60', service, 'OK', info, '--keep');
    const from = performance.now();
    assert.equal((await keep('first', 'first').outcome).code, 0);
    const longestLifeMs = LONGEST_LIFE * (performance.now() - from);
    const folder = scene.path(`spool/${readdirSync(scene.path('spool'))[0]}`);

    // Commands as in a crontab, and programs that are nearly always in the middle of it.
    const acknowledged: string[] = ['first first'];
    const lives = Array.from({ length: KILLS }, (_, round) => async () => {
      const [name, lifeMs] = [`s${round}`, random.below(longestLifeMs)];
      const isCommand = round % 2 === 0;
      const program = isCommand
        ? keep(name, '0')
        : scene.run([process.execPath, SPOOLER, folder, name, '1000000'], { cwd: scene.folder });
      await pause(lifeMs);
      const { code, out } = await program.stop('SIGKILL');
      if (isCommand && code === 0) acknowledged.push(`${name} 0`);
      for (const number of out.split('\n').slice(0, -1)) acknowledged.push(`${name} ${number}`);
    });
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let life = lives.pop(); life; life = lives.pop()) await life();
      }),
    );
    assert.ok(acknowledged.length > KILLS, `${acknowledged.length} were kept`);

    const collector = await startCollector(scene, { database: 'sqlite://overc.db', port });
    for (let kill = 0; kill < KILLS_WHILE_SENDING; kill++) {
      const sender = keep(`sender${kill}`, '');
      await pause(random.below(LONGEST_SENDING_MS));
      await sender.stop('SIGKILL');
    }
    await eventually(async () => {
      assert.equal((await keep('last', '').outcome).code, 0);
      assert.deepEqual(
        readdirSync(folder).filter((name) => /^\d.*\.spool$/.test(name)), // half a file is nobody's
        [],
      );
    });

    const known = await heard(collector);
    for (const line of acknowledged) {
      const [name = '', info = ''] = line.split(' ');
      assert.ok(known.get(name)?.includes(info), `${line} is lost`);
    }
    for (const [name, infos] of known) {
      if (/^(sender|last)/.test(name)) continue; // these report again and again, or in their time
      assert.equal(new Set(infos).size, infos.length, `a report of ${name} is doubled: ${infos}`);
    }
    assert.deepEqual(
      (await collector.alerts()).filter(({ service, kind }) => service !== null || kind === 'api/alert'),
      [],
    );
  });

  it('by a monitor is in the history at its own time; nothing is raised about the past, and it is told once', async () => {
    await Promise.all(KINDS.map(liveThrough));
  });

  async function liveThrough(kind: Kind): Promise<void> {
    const scene = newScene();
    const monitor = new MonitorOf50(scene);
    const database = newDatabase(kind, scene);
    const collector = await startCollector(scene, { database });
    monitor.start(collector.url);
    await eventually(async () => assert.equal((await collector.services()).length, MonitorOf50.services));
    await collector.stop();
    await pause(MonitorOf50.periodMs / 4);
    scene.write('trouble', '');
    const troubleAt = Date.now();
    await pause(MonitorOf50.periodMs);
    scene.run(['rm', 'trouble'], { cwd: scene.folder });
    await pause(MonitorOf50.periodMs);

    const again = await startCollector(scene, { database, port: collector.port });
    const caughtUp = await eventually(async () => {
      const found = (await again.alerts()).find(({ kind }) => kind === 'server/caught-up');
      return found ?? assert.fail('nothing is told');
    }, MonitorOf50.periodMs);
    await pause(MonitorOf50.periodMs / 2);
    const endedAt = Date.now();
    await monitor.stop();

    assert.deepEqual(
      (await again.alerts()).map(({ kind, service }) => [kind, service]),
      [
        ['collector/resumed', null],
        ['server/caught-up', null],
      ],
    );
    assert.match(caughtUp.message, /s7/);
    for (const service of await again.services()) {
      const reports = await reportsOf(again, service);
      const isHeard = (info: string) => reports.some((report) => report.info === info);
      // A plugin that was at work when the monitor ended was ended with it.
      const isOver = (at: number) => at < endedAt - MonitorOf50.longestRunMs;
      const runs = monitor.runsOf(service.name).filter(({ at, info }) => isOver(at) || isHeard(info));
      assert.deepEqual(
        reports.map(({ info }) => info).sort(),
        runs.map(({ info }) => info).sort(),
        service.name,
      );
      for (const { info, at } of reports) {
        const run = runs.find((one) => one.info === info);
        const offMs = Date.parse(at) - (run?.at ?? 0);
        assert.ok(
          offMs > -50 && offMs < MonitorOf50.mostOffMs,
          `${service.name} ${info} is off by ${offMs} ms`,
        );
      }
    }
    const s7 = (await again.services('q=s7')).find(({ name }) => name === 's7') as ServiceJson;
    const { spans } = await again.get<{ spans: { state: string; since: string; until: string | null }[] }>(
      `services/${s7.id}/history`,
    );
    assert.deepEqual(
      spans.map(({ state }) => state),
      ['OK', 'ERR', 'OK'],
    );
    const since = Date.parse(spans[1]?.since ?? '') - troubleAt;
    assert.ok(since > 0 && since < MonitorOf50.periodMs, `${since} ms after the trouble began`);
  }
});

/** A monitor whose plugins write down when they ran and what they said. */
class MonitorOf50 {
  static readonly services = 50;
  static readonly periodMs = 20_000;
  /** A reading is sent a little after its run, and one that is not yet late has the time of its arrival. */
  static readonly mostOffMs = 4000;
  /** A plugin has ended by then, also on a busy machine. */
  static readonly longestRunMs = 2000;
  readonly #scene: Scene;
  #stop = async () => {};

  constructor(scene: Scene) {
    this.#scene = scene;
    scene.script(
      'plugin.sh',
      `#!/bin/sh
now=$(date +%s%3N)
echo "$now $1" >> "runs/$1"
[ "$1" = s7 ] && [ -e trouble ] && { echo "$now"; exit 2; }
echo "$now"
`,
    );
    scene.write('runs/.keep', '');
  }

  start(server: string): void {
    const names = Array.from({ length: MonitorOf50.services }, (_, index) => `s${index}`);
    const sections = names.map(
      (name) => `[service:${name}]\nperiod=${MonitorOf50.periodMs / 1000}\ncommand=./plugin.sh ${name}\n`,
    );
    this.#scene.write(
      'monitor.ini',
      `[overc]\nserver=${server}\nmy-name=web1\nmy-key=1234\nspool=spool\n${sections.join('')}`,
    );
    const program = this.#scene.overcli('monitor', 'monitor.ini', '-v');
    this.#stop = async () => {
      const { code, err } = await program.stop();
      assert.equal(code, 0, err);
    };
  }

  async stop(): Promise<void> {
    await this.#stop();
  }

  runsOf(name: string): { at: number; info: string }[] {
    const lines = readFileSync(this.#scene.path(`runs/${name}`), 'utf8')
      .trim()
      .split('\n');
    return lines.map((line) => {
      const info = line.split(' ')[0] as string;
      return { at: Number(info), info };
    });
  }
}
