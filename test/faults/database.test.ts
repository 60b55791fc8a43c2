import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Collector, post, startCollector } from '../support/collector.ts';
import { newMariaDb } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type MariaDb, startMariaDb } from '../support/mariadb.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { type Scene, scenes } from '../support/scene.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { Senders } from './senders.ts';

const SENDERS = 8;
const AWAY_MS = 20_000;
const PERIOD_S = 10;
const MOST_LATE_MS = 1000;

const CUTTING_MS = 10_000;
const LONGEST_BETWEEN_CUTS_MS = 200;
const SERVICES_IN_A_KNOT = 6;

const SQLITE_DISK_BYTES = 16 * 1024 ** 2;
const MARIADB_DISK_BYTES = 96 * 1024 ** 2;
/** Fills a disk soon. */
const LONG_INFO = 2000;
const AWAY = 'the database is away';
const FULL = 'the disk of the database is full';
const FULL_PATIENCE_MS = 60_000;

describe('a database', () => {
  const newScene = scenes();

  it('that is away for twenty seconds loses nothing, and is told of once', async () => {
    const scene = newScene();
    const server = await startServer(scene);
    const collector = await startCollector(scene, { database: newMariaDb(scene, server.url) });
    const senders = new Senders(scene, collector.url, { count: SENDERS, random: seededRandom() });
    await collector.report('db1', [{ name: 'silent', state: 'OK' }], PERIOD_S);
    const endReports = reportFaithfully(scene, collector);
    await eventually(() => assert.ok(senders.accepted > 100));

    await server.halt();
    const away = pause(AWAY_MS);
    await eventually(async () => {
      assert.deepEqual(await readyz(collector), [503, `Nothing can be stored: ${AWAY}.`]);
      assert.deepEqual([...senders.refusals], [`It is not stored: ${AWAY}; send it again.`]);
    });
    assert.equal((await fetch(`${collector.url}healthz`)).status, 200);
    await away;
    const accepted = senders.accepted;
    await server.resume();
    await eventually(() => assert.ok(senders.accepted > accepted + 100));
    await eventually(async () => assert.equal((await readyz(collector))[0], 200));
    await senders.end();
    await senders.check(collector);

    const [offline] = await eventually(async () => {
      const alerts = await collector.alerts('server=db1');
      assert.equal(alerts.length, 1);
      return alerts;
    });
    await endReports();
    const [silent] = await collector.services('q=silent');
    const late = Date.parse(offline?.at ?? '') - Date.parse(silent?.deadline_at ?? '');
    assert.equal(offline?.service, 'silent');
    assert.ok(late >= 0 && late < MOST_LATE_MS, `noticed ${late} ms after its credited deadline`);
    const own = (await collector.alerts()).filter(({ server }) => server === null);
    assert.deepEqual(
      own.map(({ kind }) => kind),
      ['collector/resumed'],
    );
  });

  it('whose connections are cut, and where others lock what is written, loses nothing', async () => {
    const scene = newScene();
    const server = await startServer(scene);
    const collector = await startCollector(scene, { database: newMariaDb(scene, server.url) });
    const random = seededRandom();
    const senders = new Senders(scene, collector.url, { count: SENDERS, random });
    await eventually(() => assert.ok(senders.accepted > 100));
    const until = performance.now() + CUTTING_MS;
    const name = new URL(collector.database).pathname.slice(1);
    const knots = tieKnots(scene, server, name, until);
    let cuts = 0;
    while (performance.now() < until) {
      cuts += cutOne(server, name, random);
      await pause(random.below(LONGEST_BETWEEN_CUTS_MS));
    }
    await knots;
    const accepted = senders.accepted;
    await eventually(() => assert.ok(senders.accepted > accepted + 100));
    await senders.end();
    const deadlocks = Number(/\d+/.exec(server.run("show global status like 'Innodb_deadlocks'"))?.[0]);
    assert.ok(cuts > 10 && deadlocks > 10, `${cuts} cuts, ${deadlocks} deadlocks`);
    assert.deepEqual([...senders.refusals], [`It is not stored: ${AWAY}; send it again.`]);
    await senders.check(collector);
  });

  it('whose disk is full says so, loses nothing, and goes on when there is room (SQLite)', async () => {
    const scene = newScene();
    const disk = await SmallDisk.mount(scene.path('disk'), scene.path('empty'), SQLITE_DISK_BYTES);
    scene.onEnd(() => disk.unmount());
    const collector = await startCollector(scene, {
      database: `sqlite://${join(disk.folder, 'overc.db')}`,
      settings: `secret-file=${scene.path('overc.secret')}\n`,
      within: (argv) => disk.argv(argv),
    });
    await liveThroughFullDisk(scene, collector, disk, () => FULL);
  });

  it('whose disk is full says so, loses nothing, and goes on when there is room (MariaDB)', async () => {
    const scene = newScene();
    const server = await startServer(scene, MARIADB_DISK_BYTES);
    const collector = await startCollector(scene, { database: newMariaDb(scene, server.url) });
    // Now and then MariaDB ends itself on a full disk, before it has said why, or only once there is room again; its
    // service manager would start it.
    const expected = () => (server.isRunning() ? FULL : AWAY);
    await liveThroughFullDisk(scene, collector, server.disk as SmallDisk, expected, server.resume);
  });

  async function startServer(scene: Scene, diskBytes?: number): Promise<MariaDb> {
    const server = await startMariaDb(diskBytes === undefined ? {} : { diskBytes });
    scene.onEnd(() => server.stop());
    return server;
  }

  async function liveThroughFullDisk(
    scene: Scene,
    collector: Collector,
    disk: SmallDisk,
    expected: () => string,
    repair = async () => {},
  ): Promise<void> {
    const senders = new Senders(scene, collector.url, {
      count: SENDERS,
      random: seededRandom(),
      infoLength: LONG_INFO,
    });
    await eventually(() => assert.ok(senders.accepted > 10));
    disk.fill();
    await eventually(async () => {
      assert.ok(senders.refusals.has(`It is not stored: ${expected()}; send it again.`));
      assert.deepEqual(await readyz(collector), [503, `Nothing can be stored: ${expected()}.`]);
    }, FULL_PATIENCE_MS);
    disk.free();
    const accepted = senders.accepted;
    await eventually(async () => {
      await repair();
      assert.ok(senders.accepted > accepted + 10);
    });
    await senders.end();
    await eventually(async () => assert.equal((await readyz(collector))[0], 200));
    await senders.check(collector);
  }
});

async function readyz(collector: Collector): Promise<[number, string | undefined]> {
  const answer = await fetch(`${collector.url}readyz`);
  return [answer.status, ((await answer.json()) as { error?: string }).error];
}

/** Reports a service every second, whose promise leaves no room for more than a few that are not heard, until told to end. */
function reportFaithfully(scene: Scene, collector: Collector): () => Promise<void> {
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const services = [{ name: 'faithful', state: 'OK' }];
      const body = { server: { name: 'db2', key: '1234' }, period: PERIOD_S / 2, services };
      await post(`${collector.url}api/set/service/status`, body).catch(() => undefined);
      await pause(1000);
    }
  })();
  const end = () => {
    isOver = true;
    return running;
  };
  scene.onEnd(end);
  return end;
}

/** Cuts one of the connections to a database; returns how many there were to cut. */
function cutOne(server: MariaDb, database: string, random: Random): number {
  const ids = server
    .run(`select id from information_schema.processlist where db = '${database}'`)
    .match(/\d+/g);
  if (!ids) return 0;
  try {
    server.run(`kill ${random.oneOf(ids)}`);
    return 1;
  } catch {
    return 0; // it had gone by itself
  }
}

/** Locks pulses one by one in any order until then, as no collector would, so that it and the collector wait for each other. */
async function tieKnots(scene: Scene, server: MariaDb, database: string, until: number): Promise<void> {
  const lock = `select id from pulses order by rand() limit 1 into @id; select * from pulses where id = @id for update;`;
  const knot = `begin; ${`${lock} do sleep(0.02);`.repeat(SERVICES_IN_A_KNOT)} rollback;`;
  const { hostname, port } = new URL(server.url);
  const line = `mariadb --no-defaults --host=${hostname} --port=${port} -uroot ${database} --force < knots.sql`;
  scene.write('knots.sql', `${knot}\n`.repeat(20));
  while (performance.now() < until) await scene.shell(line).outcome;
}
