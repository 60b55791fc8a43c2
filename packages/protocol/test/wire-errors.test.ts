import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAlerts, parseJson, parsePing, parseStatus, WireError } from '../src/index.ts';
import { bytes, KEY, SERVER } from './bodies.ts';

type Parse = (body: unknown) => unknown;
type BadBody = [what: string, body: unknown, path: string, problem: string];

/** One test a row: the body is refused, the message starts with the field, and the key is not in it. */
function refuses(parse: Parse, table: BadBody[]): void {
  for (const [what, body, path, problem] of table)
    it(`${what}: ${path} ${problem}`, () => {
      assert.throws(
        () => parse(parseJson(bytes(body))),
        (error) => {
          assert.ok(error instanceof WireError);
          assert.equal(error.message, `${path} ${problem}`);
          assert.equal(error.path, path);
          assert.ok(!error.message.includes(KEY));
          return true;
        },
      );
    });
}

const service = (entry: object) => ({
  server: SERVER,
  period: 60,
  services: [
    { name: 'cpu', state: 'OK' },
    { name: 'disk', state: 'OK', ...entry },
  ],
});
const period = (value: unknown) => ({
  server: SERVER,
  period: value,
  services: [{ name: 'a', state: 'OK' }],
});
const alert = (entry: unknown) => ({ server: SERVER, alerts: [{ message: 'm' }, entry] });

/** JSON with a member named `__proto__`, which no object literal can write. */
const withProto = (body: object) => JSON.stringify(body).replace('"$proto"', '"__proto__"');
const $proto = { polluted: true };

/** A value of `levels` objects or lists inside each other. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 ? { a: value } : [value];
  return value;
}

/** What is wrong with every kind of value but a text. */
const NO_TEXTS: [unknown, string][] = [
  [undefined, 'is missing'],
  [null, 'must be a string, not null'],
  [1, 'must be a string, not a number'],
  [true, 'must be a string, not a boolean'],
  [['a'], 'must be a string, not a list'],
  [{ a: 'a' }, 'must be a string, not an object'],
  ['a\ud800', 'holds half of a surrogate pair'],
  ['\udc00a', 'holds half of a surrogate pair'],
];

const NO_NAMES: [unknown, string][] = [
  ...NO_TEXTS,
  ['', 'is empty'],
  ['x'.repeat(256), 'is longer than 255 characters'],
  ['💾'.repeat(256), 'is longer than 255 characters'],
  ['x'.repeat(100_000), 'is longer than 255 characters'],
];

const NO_OBJECTS: [unknown, string][] = [
  [null, 'must be an object, not null'],
  [1, 'must be an object, not a number'],
  ['a', 'must be an object, not a string'],
  [true, 'must be an object, not a boolean'],
  [[], 'must be an object, not a list'],
];

const NO_LISTS: [unknown, string][] = [
  [undefined, 'is missing'],
  [null, 'must be a list, not null'],
  [1, 'must be a list, not a number'],
  ['a', 'must be a list, not a string'],
  [{}, 'must be a list, not an object'],
];

const BOUNDS = 'must be a whole number of seconds from 1 to 31536000 (a year)';
const NO_PERIODS: [unknown, string][] = [
  [0, BOUNDS],
  [-1, BOUNDS],
  [1.5, BOUNDS],
  [31_536_001, BOUNDS],
  [1e300, BOUNDS],
  ['', BOUNDS],
  ['0', BOUNDS],
  ['-1', BOUNDS],
  ['+1', BOUNDS],
  [' 60', BOUNDS],
  ['1.5', BOUNDS],
  ['1e3', BOUNDS],
  ['abc', BOUNDS],
  ['٦٠', BOUNDS],
  ['31536001', BOUNDS],
  [null, 'must be a whole number of seconds, not null'],
  [true, 'must be a whole number of seconds, not a boolean'],
  [[60], 'must be a whole number of seconds, not a list'],
  [{ seconds: 60 }, 'must be a whole number of seconds, not an object'],
];

const NO_FLAGS: [unknown, string][] = [null, 2, -1, '', 'yes', [], {}].map((value) => [
  value,
  'must be true or false',
]);

const NO_TIMES: [unknown, string][] = [
  ...[null, true, -1, 1e300, 1_767_607_200_000, '', 'now', '-1', '1e9', [], {}],
  ...['2026-01-05', '2026-01-05T10:00:00', '2026-13-05T10:00:00Z', '2026-02-29T10:00:00Z'],
  ...['2026-01-05T24:00:00Z', '2026-01-05T10:60:00Z', '2026-01-05 10:00:00Z'],
].map((value) => [
  value,
  'must be a time: seconds since 1970 UTC, or ISO 8601 with a zone such as 2026-01-31T12:00:00Z',
]);

/** Rows for one field: every bad value in its place. */
function rows(path: string, values: [unknown, string][], place: (value: unknown) => unknown): BadBody[] {
  return values.map(([value, problem]) => [`${path} = ${shown(value)}`, place(value), path, problem]);
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 20 ? `${json.slice(0, 12).toWellFormed()}…` : json;
}

for (const [name, parse, list] of [
  ['a ping', parsePing, {}],
  ['a report of services', parseStatus, { period: 60, services: [] }],
  ['a body of alerts', parseAlerts, { alerts: [] }],
] as [string, Parse, object][])
  describe(`${name} is refused`, () => {
    refuses(parse, [
      ['nothing', '', 'body', 'is empty; send a JSON object'],
      ['space', ' \r\n\t', 'body', 'is empty; send a JSON object'],
      ['a byte order mark', '\uFEFF', 'body', 'is empty; send a JSON object'],
      ['a word', `hello ${KEY}`, 'body', 'is not valid JSON'],
      ['a form', `name=web1&key=${KEY}`, 'body', 'is not valid JSON'],
      ['half an object', `{"server":{"name":"web1","key":"${KEY}"`, 'body', 'is not valid JSON'],
      [
        'a trailing comma',
        `{"server":{"name":"web1","key":"${KEY}"},}`,
        'body',
        'is not valid JSON; there may be no comma before ] or }',
      ],
      ['two objects', '{}{}', 'body', 'is not valid JSON'],
      ['not a number', '{"period":NaN}', 'body', 'is not valid JSON'],
      ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'body', 'is not valid UTF-8'],
      ['half a character', Uint8Array.of(0x22, 0xf0, 0x9f), 'body', 'is not valid UTF-8'],
      ['a surrogate as UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'body', 'is not valid UTF-8'],
      ['an overlong slash', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 'body', 'is not valid UTF-8'],
      ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0), 'body', 'is not valid UTF-8'],
      ...rows('body', NO_OBJECTS, (value) => JSON.stringify(value)),
      ...rows('server', [[undefined, 'is missing'], ...NO_OBJECTS], (server) => ({ ...list, server })),
      ...rows('server.name', NO_NAMES, (value) => ({ ...list, server: { name: value, key: KEY } })),
      ...rows('server.key', NO_NAMES, (value) => ({
        ...list,
        server: { name: 'a', key: typeof value === 'string' && value ? KEY + value : value },
      })),
      ['__proto__', withProto({ server: SERVER, ...list, $proto }), '__proto__', 'is not a field; remove it'],
      [
        '__proto__ in server',
        withProto({ ...list, server: { ...SERVER, $proto } }),
        'server.__proto__',
        'is not a field; remove it',
      ],
      [
        '__proto__ in an unread member',
        withProto({ server: SERVER, ...list, other: [{ $proto }] }),
        'other',
        'holds a member named __proto__; remove it',
      ],
      [
        'deep nesting in an unread member',
        { server: SERVER, ...list, other: nested(17) },
        'other',
        'is nested deeper than 16 levels',
      ],
      [
        'deep nesting in an unread member of server',
        { server: { ...SERVER, other: nested(17) }, ...list },
        'server.other',
        'is nested deeper than 16 levels',
      ],
      [
        'deep nesting under a very long name',
        { server: SERVER, ...list, [`${'x'.repeat(63)}💾y`]: nested(17) },
        `${'x'.repeat(63)}\uFFFD`,
        'is nested deeper than 16 levels',
      ],
    ]);

    it('not for 16 levels in an unread member', () => {
      assert.ok(parse(parseJson(bytes({ server: SERVER, ...list, other: nested(16) }))));
    });

    it('not by an overflow, for nesting that fills the body', () => {
      const deep = `{"more":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;
      assert.throws(() => parse(parseJson(bytes(deep))), WireError);
    });

    it('with a WireError and nothing else, whatever JSON it is', () => {
      fc.assert(fc.property(fc.jsonValue(), (value) => parsesOrRefuses(parse, value)));
    });

    it('with a WireError and nothing else, whatever stands in its fields', () => {
      const value = fc.jsonValue({ maxDepth: 2 });
      const field = fc.oneof(value, fc.constantFrom('a', 'OK', 60, '60'));
      const entry = fc.record(
        { name: field, state: field, info: field, period: field },
        { requiredKeys: [] },
      );
      const body = fc.record(
        {
          server: fc.oneof(value, fc.constant(SERVER)),
          period: field,
          services: fc.oneof(value, fc.array(entry)),
          alerts: fc.oneof(
            value,
            fc.array(fc.record({ message: field, service: field }, { requiredKeys: [] })),
          ),
        },
        { requiredKeys: [] },
      );
      fc.assert(fc.property(body, (some) => parsesOrRefuses(parse, some)));
    });
  });

function parsesOrRefuses(parse: Parse, value: unknown): void {
  try {
    parse(parseJson(bytes(JSON.stringify(value))));
  } catch (error) {
    assert.ok(error instanceof WireError, String(error));
    assert.ok(error.message.startsWith(`${error.path} `));
    assert.ok(!error.message.includes(KEY));
  }
}

describe('a report of services is refused for', () => {
  refuses(parseStatus, [
    ...rows('period', NO_PERIODS, period),
    ['no period', period(undefined), 'period', 'is missing, and services[0] has none of its own'],
    [
      'no period for its second service',
      {
        server: SERVER,
        services: [
          { name: 'a', state: 'OK', period: 5 },
          { name: 'b', state: 'OK' },
        ],
      },
      'period',
      'is missing, and services[1] has none of its own',
    ],
    [
      'too large a number',
      `{"server":${JSON.stringify(SERVER)},"period":1e999,"services":[]}`,
      'period',
      BOUNDS,
    ],
    ...rows('services', NO_LISTS, (services) => ({ server: SERVER, period: 60, services })),
    ...rows('services[0]', NO_OBJECTS, (entry) => ({ server: SERVER, period: 60, services: [entry] })),
    ...rows('services[1].name', NO_NAMES, (name) => service({ name })),
    ...rows('services[1].state', NO_TEXTS, (state) => service({ state })),
    ...rows('services[1].info', NO_TEXTS.slice(1), (info) => service({ info })),
    ...rows('services[1].period', NO_PERIODS, (value) => service({ period: value })),
    ...rows(
      'services[1].grace',
      NO_PERIODS.slice(1)
        .filter(([value]) => value !== '0')
        .map(([value, problem]) => [value, problem.replace('from 1', 'from 0')]),
      (grace) => service({ grace }),
    ),
    ...rows('services[1].title', NO_TEXTS.slice(1), (title) => service({ title })),
    ...rows('services[1].bye', NO_FLAGS, (bye) => service({ bye })),
    ...rows('services[1].running', NO_FLAGS, (running) => service({ running })),
    ...rows('services[1].at', NO_TIMES, (at) => service({ at })),
    ...rows('sent_at', NO_TIMES, (sent_at) => ({ ...service({}), sent_at })),
    ...rows('more', NO_FLAGS, (more) => ({ ...service({}), more })),
    [
      'an end and a beginning at once',
      service({ bye: true, running: true }),
      'services[1].bye',
      'cannot be sent with running; send it when the run has ended',
    ],
    [
      'a title that is too long',
      service({ title: 'x'.repeat(256) }),
      'services[1].title',
      'is longer than 255 characters',
    ],
    [
      '__proto__ in a service',
      withProto(service({ $proto })),
      'services[1].__proto__',
      'is not a field; remove it',
    ],
    [
      '__proto__ deeper in a service',
      withProto(service({ more: { a: [{ $proto }] } })),
      'services[1].more',
      'holds a member named __proto__; remove it',
    ],
    [
      'deep nesting in a service',
      service({ more: nested(17) }),
      'services[1].more',
      'is nested deeper than 16 levels',
    ],
  ]);

  it('a bad entry that a later one for the same service would replace', () => {
    const services = [
      { name: 'a', state: 1 },
      { name: 'a', state: 'OK' },
    ];
    assert.throws(() => parseStatus({ server: SERVER, period: 60, services }), { path: 'services[0].state' });
  });
});

describe('a body of alerts is refused for', () => {
  refuses(parseAlerts, [
    ...rows('alerts', NO_LISTS, (alerts) => ({ server: SERVER, alerts })),
    ...rows('alerts[1]', NO_OBJECTS, alert),
    ...rows('alerts[1].message', NO_TEXTS, (message) => alert({ message })),
    ['an empty message', alert({ message: '' }), 'alerts[1].message', 'is empty; say what happened'],
    ...rows('alerts[1].service', NO_NAMES.slice(1), (name) => alert({ message: 'm', service: name })),
    ...rows('alerts[1].id', NO_NAMES.slice(1), (id) => alert({ message: 'm', id })),
    [
      '__proto__ in an alert',
      withProto(alert({ message: 'm', $proto })),
      'alerts[1].__proto__',
      'is not a field; remove it',
    ],
    [
      'deep nesting in an alert',
      alert({ message: 'm', more: nested(17) }),
      'alerts[1].more',
      'is nested deeper than 16 levels',
    ],
  ]);
});
