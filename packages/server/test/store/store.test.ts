import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { migrationSource } from '../../src/migrations/index.ts';
import { insertAlerts, type NewAlert } from '../../src/store/alerts.ts';
import { connect } from '../../src/store/connection.ts';
import {
  claimDeliveries,
  nextDeliveryAt,
  releaseDelivery,
  settleDelivery,
} from '../../src/store/deliveries.ts';
import { insertReports, insertSpans, pruneOldest } from '../../src/store/history.ts';
import { migrate } from '../../src/store/migrate.ts';
import {
  findOverdue,
  findPulses,
  insertPulses,
  lockPulses,
  nextWakeAt,
  postponeWakeUps,
  type StoredPulse,
  savePulses,
} from '../../src/store/pulses.ts';
import { insertServers, loadServers } from '../../src/store/servers.ts';
import {
  findSightings,
  findSightingsOf,
  insertServices,
  isSighted,
  loadServices,
  type Service,
  saveServices,
} from '../../src/store/services.ts';
import { insertForIds } from '../../src/store/statements.ts';
import { transaction } from '../../src/store/transaction.ts';
import { listReports } from '../../src/store/views/reports.ts';
import { onBothKinds } from '../support/collector.ts';
import { createDatabase, withStore } from '../support/databases.ts';

const NOW = Date.UTC(2026, 0, 5, 10);

onBothKinds('store', (kind) => {
  const store = withStore(kind);
  const tx = <T>(work: (tx: Knex.Transaction) => Promise<T>) => transaction(store.db, work);

  const pulseAt = (wakeAt: number | null, deadlineAt = NOW + 60_000): Omit<StoredPulse, 'id'> => ({
    version: 1,
    members: 1,
    infos: ['ünï 🛰', null],
    value: { reportedAt: NOW, patienceMs: 60_000, deadlineAt, wakeAt, reports: 3, credits: 0 },
  });
  const addPulses = (...pulses: Omit<StoredPulse, 'id'>[]) => tx((tx) => insertPulses(tx, pulses));

  const serviceNamed = (name: string): Omit<Service, 'id'> => ({
    serverId: 1,
    name,
    pulseId: 7,
    slot: 2,
    left: null,
    reportedTitle: null,
    member: {
      state: 'OK',
      periodSeconds: 60,
      graceSeconds: 0,
      silent: false,
      stateSince: NOW,
      since: NOW,
      firstReport: -3,
      runningSince: null,
      endedAt: null,
      paused: false,
      toldState: 'OK',
      toldSilent: false,
    },
  });

  it('migrates twice without harm', async () => {
    await migrate(store.db);
  });

  it('gives rows of one statement their ids in order', async () => {
    const rows = Array.from({ length: 1201 }, (_, i) => ({
      ...{ at: i, server_id: 1, service: 'disk', kind: 'api/alert' },
      ...{ message: `${i}`, state: null, info: null },
    }));
    const ids = await tx((tx) => insertForIds(tx, 'alerts', rows));
    const stored = await store.db('alerts').orderBy('at').select('id');
    assert.deepEqual(
      ids,
      stored.map(({ id }) => id),
    );
  });

  it('reads a service back as it was written, and written again', async () => {
    const written = serviceNamed('disk');
    const [id] = (await tx((tx) => insertServices(tx, [written]))) as [number];
    const read = () =>
      tx((tx) =>
        loadServices(tx, [
          [1, 'disk'],
          [1, 'other'],
        ]),
      );
    assert.deepEqual(await read(), [{ id, ...written }]);
    const again: Service = {
      ...{
        id,
        serverId: 1,
        name: 'disk',
        pulseId: 8,
        slot: 0,
        left: { pulseId: 7, slot: 2, at: NOW, report: 4 },
        reportedTitle: 'Disk',
      },
      member: {
        ...{ state: 'ERR', periodSeconds: 30, graceSeconds: 5, silent: true },
        ...{ stateSince: NOW + 1, since: NOW + 2, firstReport: 9 },
        ...{ runningSince: NOW + 3, endedAt: NOW + 4 },
        ...{ paused: false, toldState: 'WARN', toldSilent: false },
      },
    };
    await tx((tx) => saveServices(tx, [again]));
    assert.deepEqual(await read(), [again]);
  });

  it('reads a pulse back as it was written, and written again', async () => {
    const [id] = (await addPulses(pulseAt(NOW))) as [number];
    assert.deepEqual(await findPulses(store.db, [id, 999]), [{ id, ...pulseAt(NOW) }]);
    const again: StoredPulse = {
      ...{ id, version: 2, members: 5, infos: [null, 'b'] },
      value: {
        reportedAt: NOW + 1,
        patienceMs: 1000,
        deadlineAt: NOW + 1001,
        wakeAt: null,
        reports: 4,
        credits: 2,
      },
    };
    await tx((tx) => savePulses(tx, [again]));
    assert.deepEqual(await tx((tx) => lockPulses(tx, [id])), new Map([[id, again]]));
  });

  it('sees services together with their pulses, whatever they are called', async () => {
    const names = ['disk', '"]\\', 'ünï 🛰', "it's"];
    const [first, second] = (await addPulses({ ...pulseAt(NOW), members: 3 }, pulseAt(NOW))) as [
      number,
      number,
    ];
    const services = names.map((name, slot) => ({
      ...serviceNamed(name),
      ...{ pulseId: slot < 3 ? first : second, slot: slot % 3, serverId: slot < 3 ? 1 : 2 },
    }));
    await tx((tx) => insertServices(tx, services));
    const seen = {
      ...{ state: 'OK', periodSeconds: 60, graceSeconds: 0, reportedTitle: null, version: 1, wakeAt: NOW },
    };
    const found = await findSightings(store.db, [1, 2, 3]);
    assert.deepEqual([...found.keys()].sort(), [1, 2]);
    assert.deepEqual(
      found.get(1)?.sort((a, b) => a.slot - b.slot),
      names.slice(0, 3).map((name, slot) => ({ ...seen, name, slot, pulseId: first, members: 3 })),
    );
    assert.deepEqual(found.get(2), [{ ...seen, name: "it's", slot: 0, pulseId: second, members: 1 }]);
    const some = await findSightingsOf(store.db, [
      [1, 'ünï 🛰'],
      [1, "it's"],
      [2, "it's"],
      [3, 'disk'],
    ]);
    const namesOf = (id: number) => some.get(id)?.map(({ name }) => name);
    assert.deepEqual([1, 2, 3].map(namesOf), [['ünï 🛰'], ["it's"], undefined]);
  });

  it('does not see services whose next report is to be judged', async () => {
    const [pulse] = (await addPulses({ ...pulseAt(NOW), members: 4 })) as [number];
    const { member } = serviceNamed('x');
    const members = {
      running: { ...member, runningSince: NOW },
      ended: { ...member, endedAt: NOW },
      untold: { ...member, toldState: 'ERR' as const },
      steady: member,
    };
    const services = Object.entries(members).map(([name, member], slot) => {
      assert.equal(isSighted(member), name === 'steady');
      return { ...serviceNamed(name), pulseId: pulse, slot, member };
    });
    await tx((tx) => insertServices(tx, services));
    const seen = (await findSightings(store.db, [1])).get(1)?.map(({ name }) => name);
    assert.deepEqual(seen, ['steady']);
  });

  it('tells names apart that differ in case, accent or blanks', async () => {
    const names = ['web', 'Web', 'web ', 'wéb'];
    const servers = names.map((name) => ({ name, keyHash: 'x', ip: null, seenAt: NOW }));
    await tx((tx) => insertServers(tx, servers));
    const found = await tx((tx) => loadServers(tx, ['Web', 'web ', 'missing']));
    assert.deepEqual([...found.keys()].sort(), ['Web', 'web ']);
  });

  it('finds what is overdue, the earliest first, and what wakes up next', async () => {
    const overdue = (wakeAt: number) => pulseAt(wakeAt, wakeAt);
    const ids = await addPulses(
      ...[overdue(NOW + 2), overdue(NOW + 1), overdue(NOW + 3)],
      ...[pulseAt(null), pulseAt(NOW)],
    );
    const found = await tx((tx) => findOverdue(tx, NOW + 2, 10));
    assert.deepEqual(
      found.map(({ id }) => id),
      [ids[1], ids[0]],
    );
    assert.equal((await tx((tx) => findOverdue(tx, NOW + 2, 1))).length, 1);
    assert.equal(await tx(nextWakeAt), NOW);
  });

  it('moves the wake-ups of kept promises to their deadlines, and no others', async () => {
    await addPulses(pulseAt(NOW, NOW), pulseAt(NOW), pulseAt(NOW + 1), pulseAt(null));
    assert.equal(await postponeWakeUps(store.db, NOW, 10), 1);
    const rows = await store.db('pulses').orderBy('id').select('wake_at');
    assert.deepEqual(
      rows.map(({ wake_at }) => wake_at),
      [NOW, NOW + 60_000, NOW + 1, null],
    );
  });

  it('finds the next wake-up through the index, not by reading every pulse', async () => {
    await addPulses(...Array.from({ length: 50 }, (_, i) => pulseAt(NOW + i)));
    const query = store
      .db('pulses')
      .where('wake_at', '<=', NOW)
      .orderBy('wake_at')
      .limit(5)
      .select('id')
      .toQuery();
    const explained = JSON.stringify(
      await store.db.raw(`${kind === 'SQLite' ? 'explain query plan' : 'explain'} ${query}`),
    );
    assert.match(explained, /pulses_wake_at_index/);
  });

  it('undoes everything when one part fails', async () => {
    const failing = tx(async (tx) => {
      await insertServices(tx, [serviceNamed('disk')]);
      await insertServices(tx, [{ ...serviceNamed('other'), serverId: null as unknown as number }]);
    });
    await assert.rejects(failing);
    assert.equal((await store.db('services')).length, 0);
  });

  it('finds more kept reports than one query steps through', async () => {
    const [pulseId] = (await addPulses(pulseAt(NOW + 1200))) as [number];
    await store.db('pulses').update({ reports: 1200, reported_at: NOW + 1200 });
    const [id] = (await tx((tx) => insertServices(tx, [{ ...serviceNamed('disk'), pulseId, slot: 0 }]))) as [
      number,
    ];
    const reports = Array.from({ length: 1200 }, (_, i) => ({
      ...{ pulseId, at: NOW + i + 1, number: i + 1, previousAt: i === 0 ? null : NOW + i },
      ...{ states: 'OK', infos: JSON.stringify([`${i}`]) },
    }));
    await tx((tx) => insertReports(tx, reports));
    const infos = (from: number, until: number) =>
      Array.from({ length: from - until }, (_, i) => `${from - 1 - i}`);
    const list = async (range: Parameters<typeof listReports>[2]) =>
      (await listReports(store.db, id, range)).map(({ info }) => info);
    assert.deepEqual(await list({ limit: 1000 }), infos(1200, 199));
    assert.deepEqual(await list({ limit: 3, until: NOW + 101 }), infos(100, 96));
    assert.deepEqual(await list({ limit: 3, since: NOW + 1199 }), infos(1200, 1198));
  });

  it('prunes the oldest rows in chunks, and leaves the rest', async () => {
    const reports = Array.from({ length: 30 }, (_, i) => ({
      pulseId: 1,
      at: NOW + i,
      number: i,
      previousAt: NOW + i - 1,
      states: 'OK',
      infos: '[""]',
    }));
    await tx((tx) => insertReports(tx, reports));
    assert.equal(await tx((tx) => pruneOldest(tx, 'reports', NOW + 20, 15)), 15);
    assert.equal(await tx((tx) => pruneOldest(tx, 'reports', NOW + 20, 15)), 5);
    assert.equal(await tx((tx) => pruneOldest(tx, 'reports', NOW + 20, 15)), 0);
    assert.equal((await store.db('reports')).length, 10);

    const span = { serviceId: 1, state: 'OK' as const, silent: false, since: NOW, reports: 1, info: '' };
    await tx((tx) =>
      insertSpans(tx, [
        { ...span, until: NOW + 1 },
        { ...span, until: NOW + 2 },
      ]),
    );
    assert.equal(await tx((tx) => pruneOldest(tx, 'spans', NOW + 2, 15)), 1);
  });

  describe('deliveries', () => {
    const alert = (service: string, at = NOW): NewAlert => ({
      kind: 'api/alert',
      message: 'x',
      current: null,
      at,
      serverId: 1,
      service,
    });
    const raise = (...alerts: NewAlert[]) => tx((tx) => insertAlerts(tx, alerts, ['mail', 'sms']));
    const claim = (more: Partial<Parameters<typeof claimDeliveries>[1]> = {}) => {
      const owner = randomUUID();
      const wanted = { channel: 'mail', owner, now: NOW, leaseUntil: NOW + 30_000, limit: 10, ...more };
      return tx((tx) => claimDeliveries(tx, wanted)).then((claimed) => ({ owner, claimed }));
    };
    const sent = { state: 'sent', lastError: null, doneAt: NOW } as const;

    it('are owed once to each channel, and go with their alert when it is pruned', async () => {
      await raise(alert('a'), alert('b'));
      assert.equal((await store.db('deliveries')).length, 4);
      await tx((tx) => pruneOldest(tx, 'alerts', NOW + 1, 1));
      assert.deepEqual(
        (await store.db('deliveries')).map(({ subject }) => subject),
        ['1/b', '1/b'],
      );
    });

    it('are claimed by one collector only, however many ask at once', async () => {
      await raise(...Array.from({ length: 20 }, (_, i) => alert(`s${i}`)));
      const claims = await Promise.all(Array.from({ length: 8 }, () => claim()));
      const ids = claims.flatMap(({ claimed }) => claimed.map(({ id }) => id));
      assert.equal(new Set(ids).size, ids.length);
      for (let more = await claim(); more.claimed.length > 0; more = await claim())
        ids.push(...more.claimed.map(({ id }) => id));
      assert.equal(new Set(ids).size, 20);
      assert.equal(ids.length, 20);
    });

    it('of one service go one after the other', async () => {
      await raise(alert('a'), alert('a', NOW), alert('b'));
      const first = await claim();
      assert.deepEqual(
        first.claimed.map(({ alert }) => alert.service),
        ['a', 'b'],
      );
      assert.equal((await claim()).claimed.length, 0);
      await tx((tx) => settleDelivery(tx, first.claimed[0]?.id as number, first.owner, sent));
      assert.deepEqual(
        (await claim()).claimed.map(({ alert }) => alert.service),
        ['a'],
      );
    });

    it('are free again when the lease has ended, and the late owner’s word no longer counts', async () => {
      await raise(alert('a'));
      const dead = await claim();
      assert.equal((await claim({ now: NOW + 29_999 })).claimed.length, 0);
      const heir = await claim({ now: NOW + 30_000, leaseUntil: NOW + 60_000 });
      assert.equal(heir.claimed[0]?.id, dead.claimed[0]?.id);
      assert.equal(heir.claimed[0]?.attempts, 2);
      const id = heir.claimed[0]?.id as number;
      assert.equal(await tx((tx) => settleDelivery(tx, id, dead.owner, sent)), false);
      assert.equal(await tx((tx) => settleDelivery(tx, id, heir.owner, sent)), true);
    });

    it('that are given back unused can be claimed at once', async () => {
      await raise(alert('a'));
      const { owner, claimed } = await claim();
      await releaseDelivery(store.db, claimed[0]?.id as number, owner);
      assert.equal((await claim()).claimed[0]?.attempts, 1);
    });

    it('tell when to look again: at a pause’s or a lease’s end, not while they wait for an older one', async () => {
      assert.equal(await nextDeliveryAt(store.db, 'mail', NOW), undefined);
      await raise(alert('a'), alert('a'));
      const { owner, claimed } = await claim();
      assert.equal(await nextDeliveryAt(store.db, 'mail', NOW), NOW + 30_000);
      const pause = {
        state: 'waiting',
        nextAt: NOW + 2_000,
        lastError: 'exit code 1',
        doneAt: null,
      } as const;
      await tx((tx) => settleDelivery(tx, claimed[0]?.id as number, owner, pause));
      assert.equal(await nextDeliveryAt(store.db, 'mail', NOW), NOW + 2_000);
    });
  });
});

onBothKinds('migration', (kind) => {
  it('takes over kept reports that a collector before it wrote', async () => {
    const database = await createDatabase(kind);
    const db = connect(database.url);
    const names = await migrationSource.getMigrations([]);
    for (const name of names.slice(0, names.indexOf('0010-clustered')))
      await db.migrate.up({ tableName: 'migrations', migrationSource, name });
    const rows = [3, 1, 2].map((number) => ({
      ...{ at: NOW + number, pulse_id: 1, number, previous_at: number > 1 ? NOW + number - 1 : null },
      ...{ states: 'OK', infos: '["ünï 🛰"]' },
    }));
    await db('reports').insert(rows);
    await migrate(db);
    assert.deepEqual(
      await db('reports').orderBy('at'),
      rows.toSorted((a, b) => a.at - b.at),
    );
    await assert.rejects(db('reports').insert(rows.slice(0, 1)), 'a key is there once');
    if (kind === 'SQLite')
      assert.match((await db('sqlite_master').where({ name: 'reports' }).first('sql')).sql, /without rowid$/);
    await db.destroy();
    await database.remove();
  });

  it('works when two collectors start at once on an empty database', async () => {
    const database = await createDatabase(kind);
    const starts = kind === 'SQLite' ? 1 : 4; // the lock beside an SQLite file lets one in at a time
    const connections = Array.from({ length: starts }, () => connect(database.url));
    await Promise.all(connections.map(migrate));
    for (const db of connections) {
      const names = (await db('migrations').orderBy('id')).map(({ name }) => name);
      assert.deepEqual(names, await migrationSource.getMigrations([]));
      await db.destroy();
    }
    await database.remove();
  });
});
