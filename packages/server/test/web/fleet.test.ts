import assert from 'node:assert/strict';
import type { FleetServer } from '../../src/store/views/fleet.ts';
import { fleetRow, problemRow, tilesOf, troubleOf } from '../../src/web/pages/fleet.ts';

const none = { OK: 0, WARN: 0, ERR: 0, UNK: 0 };
const overview = (heard: object, unheard = 0, paused = 0) => ({
  ...{ servers: 1, services: 9, silent: 9, alerts: 0, states: none },
  ...{ heard: { ...none, ...heard }, unheard, paused },
});

describe('the overview’s rows', () => {
  const service = (id: number, state: 'OK' | 'ERR', silent = false) => ({
    id,
    name: `s${id}`,
    title: null,
    state,
    silent,
    paused: false,
  });

  it('show a service as a dot whose letter says what its colour says', () => {
    const server: FleetServer = {
      ...{ id: 7, name: 'web1', title: 'Shop' },
      services: [
        service(1, 'OK'),
        service(2, 'ERR'),
        { ...service(3, 'OK', true), title: 'Nightly' },
        { ...service(4, 'ERR', true), paused: true },
      ],
    };
    const { name, href, badge, dots, more } = fleetRow(server);
    assert.deepEqual([name, href, badge.word, more], ['Shop', '/servers/7', 'ERR', 0]);
    assert.deepEqual(
      dots.map(({ standing, letter, label }) => [standing, letter, label]),
      [
        ['ok', '', 's1: OK'],
        ['err', 'E', 's2: ERR'],
        ['silent', 'S', 'Nightly: silent'],
        ['paused', 'P', 's4: paused'],
      ],
    );
  });

  it('show no more dots than can be told apart', () => {
    const services = Array.from({ length: 250 }, (_, index) => service(index, 'OK'));
    const { dots, more } = fleetRow({ id: 1, name: 'web1', title: null, services });
    assert.deepEqual([dots.length, more], [60, 190]);
  });

  it('say of a problem since when, and that it is silent rather than its last state', () => {
    const problem = {
      ...{ id: 3, serverId: 7, server: 'web1', serverTitle: 'Shop', name: 'disk', title: null },
      ...{ state: 'OK' as const, silent: true, info: 'fine', since: 60_000 },
    };
    const { word, standing, server, since } = problemRow(problem, 120_000);
    assert.deepEqual([word, standing, server, since.text], ['silent', 'silent', 'Shop', '1 min ago']);
  });

  it('count each service once, the worst first, and tell how much is wrong', () => {
    const tiles = tilesOf(overview({ OK: 5, WARN: 1, ERR: 2 }, 3));
    assert.deepEqual(
      tiles.map(({ word, count }) => [word, count]),
      [
        ['ERR', 2],
        ['silent', 3],
        ['UNK', 0],
        ['WARN', 1],
        ['OK', 5],
      ],
    );
    assert.deepEqual(troubleOf(tiles), { count: 6, worst: 'err' });
    assert.deepEqual(troubleOf(tilesOf(overview({ OK: 5 }))), { count: 0, worst: undefined });
    assert.equal(troubleOf(tilesOf(overview({ WARN: 1 }, 1))).worst, 'silent');
    assert.equal(troubleOf(tilesOf(overview({}, 0, 3))).count, 0);
    assert.equal(tilesOf(overview({}, 0, 3)).at(-1)?.word, 'paused');
  });
});
