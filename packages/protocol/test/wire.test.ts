import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type AlertsBody,
  MAX_PERIOD_SECONDS,
  PATHS,
  parseAlerts,
  parseJson,
  parsePing,
  parseStatus,
  type Report,
  STATES,
  type StatusBody,
} from '../src/index.ts';
import { bytes, KEY, SERVER } from './bodies.ts';

function status(body: unknown): StatusBody {
  return parseStatus(parseJson(bytes(body)));
}

/** The one report in a body with `entry` as its only service. */
function reportOf(entry: object, period: unknown = 60): Report {
  const { reports } = status({ server: SERVER, period, services: [{ name: 'disk', state: 'OK', ...entry }] });
  assert.equal(reports.length, 1);
  return reports[0] as Report;
}

describe('paths', () => {
  it('are those of the original', () => {
    assert.deepEqual(PATHS, {
      ping: 'api/ping',
      status: 'api/set/service/status',
      alerts: 'api/set/alerts',
    });
  });
});

describe('a ping', () => {
  it('is a server with its key', () => {
    assert.deepEqual(parsePing(parseJson(bytes('{ "server": { "name": "localhost", "key": "1234" } }'))), {
      server: { name: 'localhost', key: '1234' },
    });
  });
});

describe('a report of services', () => {
  it('is read as the original documents it', () => {
    const body = `{
      "server": { "name": "localhost", "key": "1234" },
      "period": 60,
      "services": [
        { "name": "application", "state": "OK", "info": "up 32h" },
        { "name": "cpu", "state": "OK", "info": "28% load" },
        { "name": "queue", "state": "OK", "info": "3 items" }
      ]
    }`;
    assert.deepEqual(status(body), {
      server: { name: 'localhost', key: '1234' },
      reports: [
        { service: 'application', state: 'OK', info: 'up 32h', periodSeconds: 60 },
        { service: 'cpu', state: 'OK', info: '28% load', periodSeconds: 60 },
        { service: 'queue', state: 'OK', info: '3 items', periodSeconds: 60 },
      ],
    });
  });

  it('may have no services', () => {
    assert.deepEqual(status({ server: SERVER, period: 60, services: [] }).reports, []);
  });

  for (const [word, state] of [
    ['OK', 'OK'],
    ['WARN', 'WARN'],
    ['UNK', 'UNK'],
    ['ERR', 'ERR'],
    ['FAIL', 'ERR'],
  ] as const)
    it(`reads ${word} as ${state} and leaves its info alone`, () => {
      assert.deepEqual(reportOf({ state: word, info: 'x' }), {
        service: 'disk',
        state,
        info: 'x',
        periodSeconds: 60,
      });
    });

  for (const [word, info, explained] of [
    ['CRITICAL', undefined, '"CRITICAL" is not a state (OK, WARN, ERR, UNK)'],
    ['CRITICAL', 'hot', '"CRITICAL" is not a state (OK, WARN, ERR, UNK): hot'],
    ['ok', 'hot', '"ok" is not a state (OK, WARN, ERR, UNK): hot'],
    ['', 'hot', '"" is not a state (OK, WARN, ERR, UNK): hot'],
    ['a"b', 'hot', '"a\\"b" is not a state (OK, WARN, ERR, UNK): hot'],
    ['x'.repeat(65), 'hot', `"${'x'.repeat(64)}" is not a state (OK, WARN, ERR, UNK): hot`],
    [`${'x'.repeat(63)}💾`, 'hot', `"${'x'.repeat(63)}\uFFFD" is not a state (OK, WARN, ERR, UNK): hot`],
  ] as const)
    it(`reads the word ${JSON.stringify(word)} as UNK and says so in the info`, () => {
      const report = reportOf({ state: word, info });
      assert.equal(report.state, 'UNK');
      assert.equal(report.info, explained);
    });

  it('has an empty info when none is sent', () => assert.equal(reportOf({}).info, ''));

  for (const [period, seconds] of [
    [1, 1],
    ['1', 1],
    ['60', 60],
    ['060', 60],
    [6e1, 60],
    [MAX_PERIOD_SECONDS, MAX_PERIOD_SECONDS],
    [String(MAX_PERIOD_SECONDS), MAX_PERIOD_SECONDS],
  ])
    it(`takes ${JSON.stringify(period)} as a period of ${seconds} s`, () => {
      assert.equal(reportOf({}, period).periodSeconds, seconds);
      assert.equal(reportOf({ period }, 5).periodSeconds, seconds);
    });

  it('needs no common period when each service has its own', () => {
    const services = [
      { name: 'a', state: 'OK', period: 5 },
      { name: 'b', state: 'OK', period: '10' },
    ];
    const { reports } = status({ server: SERVER, services });
    assert.deepEqual(
      reports.map((report) => report.periodSeconds),
      [5, 10],
    );
  });

  it('has no more than what was sent', () => {
    assert.deepEqual(Object.keys(reportOf({})), ['service', 'state', 'info', 'periodSeconds']);
    const none = { bye: false, running: 0 };
    assert.deepEqual(Object.keys(reportOf(none)), ['service', 'state', 'info', 'periodSeconds']);
  });

  for (const [grace, seconds] of [
    [0, 0],
    ['90', 90],
    [MAX_PERIOD_SECONDS, MAX_PERIOD_SECONDS],
  ])
    it(`takes ${JSON.stringify(grace)} as ${seconds} s of grace, for one service or for all`, () => {
      assert.equal(reportOf({ grace }).graceSeconds, seconds);
      const services = [
        { name: 'a', state: 'OK' },
        { name: 'b', state: 'OK', grace: 5 },
      ];
      const { reports } = status({ server: SERVER, period: 60, grace, services });
      assert.deepEqual(
        reports.map(({ graceSeconds }) => graceSeconds),
        [seconds, 5],
      );
    });

  it('may give a service a title, or take it away with an empty one', () => {
    assert.equal(reportOf({ title: 'Root disk' }).title, 'Root disk');
    assert.equal(reportOf({ title: '' }).title, '');
  });

  for (const yes of [true, 1, '1'])
    it(`may end a service on purpose, or begin a run, by ${JSON.stringify(yes)}`, () => {
      assert.equal(reportOf({ bye: yes }).bye, true);
      assert.equal(reportOf({ running: yes }).running, true);
    });

  it('needs no state when a run begins', () => {
    const { reports } = status({ server: SERVER, period: 60, services: [{ name: 'job', running: true }] });
    assert.deepEqual(reports, [{ service: 'job', state: 'UNK', info: '', periodSeconds: 60, running: true }]);
  });

  for (const [at, iso] of [
    [1_767_607_200, '2026-01-05T10:00:00.000Z'],
    [1_767_607_200.25, '2026-01-05T10:00:00.250Z'],
    ['1767607200', '2026-01-05T10:00:00.000Z'],
    ['1767607200.5', '2026-01-05T10:00:00.500Z'],
    ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00.000Z'],
    ['2026-01-05T12:00:00.125+02:00', '2026-01-05T10:00:00.125Z'],
    ['2026-01-05T12:00+0200', '2026-01-05T10:00:00.000Z'],
    ['2026-01-04T22:30:00,5-11:30', '2026-01-05T10:00:00.500Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
    [0, '1970-01-01T00:00:00.000Z'],
  ])
    it(`takes ${JSON.stringify(at)} as the time ${iso}`, () => {
      assert.equal(reportOf({ at }).at, Date.parse(iso as string));
      const body = status({ server: SERVER, period: 60, sent_at: at, services: [] });
      assert.equal(body.sentAt, Date.parse(iso as string));
    });

  it('keeps entries of one service that are of different times, and says whether more follow', () => {
    const services = [
      { name: 'a', state: 'OK', at: 10 },
      { name: 'a', state: 'ERR', at: 20 },
      { name: 'a', state: 'WARN', at: 10 },
      { name: 'a', state: 'OK' },
    ];
    const { reports, more } = status({ server: SERVER, period: 60, at: 30, more: true, services });
    assert.deepEqual(
      reports.map(({ state, at }) => [state, at]),
      [
        ['WARN', 10_000],
        ['ERR', 20_000],
        ['OK', 30_000],
      ],
    );
    assert.equal(more, true);
  });

  it('counts the last of two entries for one service', () => {
    const services = [
      { name: 'a', state: 'OK', info: 'first', period: 5 },
      { name: 'b', state: 'OK' },
      { name: 'a', state: 'ERR' },
    ];
    assert.deepEqual(status({ server: SERVER, period: 60, services }).reports, [
      { service: 'a', state: 'ERR', info: '', periodSeconds: 60 },
      { service: 'b', state: 'OK', info: '', periodSeconds: 60 },
    ]);
  });

  for (const name of ['__proto__', 'constructor', 'a b', ' ', '\0', 'диск', '💾'.repeat(255)])
    it(`may name a service ${JSON.stringify(name.slice(0, 12))}`, () => {
      assert.equal(reportOf({ name }).service, name);
    });

  it('may be longer in any member that we do not read', () => {
    const more = { list: [{ deep: { deeper: [null] } }], constructor: 1, toString: 'x' };
    const body = { server: { ...SERVER, ...more }, period: 60, services: [], ...more };
    assert.deepEqual(status(body), { server: SERVER, reports: [] });
    assert.equal(reportOf(more).state, 'OK');
  });

  it('comes back from JSON as it was sent', () => {
    const text = fc.string({ unit: 'binary' }).filter((string) => string.isWellFormed());
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 255 })
      .filter((string) => string.isWellFormed());
    const periodSeconds = fc.integer({ min: 1, max: MAX_PERIOD_SECONDS });
    const state = fc.constantFrom(...STATES);
    const report = fc.record({ service: name, state, info: text, periodSeconds }, { noNullPrototype: true });
    const server = fc.record({ name, key: name }, { noNullPrototype: true });
    const reports = fc.uniqueArray(report, { selector: ({ service }) => service });
    const body = fc.record({ server, reports }, { noNullPrototype: true });
    fc.assert(
      fc.property(body, fc.boolean(), (sent, asDigits) =>
        assert.deepEqual(status(wire(sent, asDigits)), sent),
      ),
    );
  });
});

/** What a client posts for `body`. */
function wire({ server, reports }: StatusBody, asDigits: boolean): object {
  const period = (seconds: number) => (asDigits ? String(seconds) : seconds);
  const entry = ({ service, state, info, periodSeconds }: Report) => ({
    name: service,
    state,
    info,
    period: period(periodSeconds),
  });
  return { server, services: reports.map(entry) };
}

describe('posted alerts', () => {
  function alerts(body: unknown): AlertsBody {
    return parseAlerts(parseJson(bytes(body)));
  }

  it('are read as the original documents them', () => {
    const body = `{
      "server": { "name": "localhost", "key": "1234" },
      "alerts": [
        { "message": "System down" },
        { "message": "System down" },
        { "message": "Cannot check state for service A", "service": "queue" }
      ]
    }`;
    assert.deepEqual(alerts(body), {
      server: { name: 'localhost', key: '1234' },
      alerts: [
        { message: 'System down' },
        { message: 'System down' },
        { message: 'Cannot check state for service A', service: 'queue' },
      ],
    });
  });

  it('may be none', () => assert.deepEqual(alerts({ server: SERVER, alerts: [] }).alerts, []));

  it('may carry a title and more, as older clients send it', () => {
    const body = { server: SERVER, alerts: [{ message: 'm', title: 't', more: [{}] }] };
    assert.deepEqual(alerts(body).alerts, [{ message: 'm' }]);
  });

  it('may be as long as the body allows', () => {
    const message = '💾'.repeat(100_000);
    assert.deepEqual(alerts({ server: SERVER, alerts: [{ message }] }).alerts, [{ message }]);
  });
});

describe('a key', () => {
  it('may be any text of 255 characters', () => {
    const key = `${KEY}${'💾'.repeat(255 - KEY.length)}`;
    assert.equal(parsePing({ server: { name: 'a', key } }).server.key, key);
  });
});
