import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  duration,
  httpUrl,
  type IniSection,
  nameText,
  type Option,
  type Options,
  oneOf,
  parseIni,
  type ReadValue,
  readSection,
  readValue,
  text,
  wholeNumber,
} from '../src/index.ts';

const OPTIONS = {
  listen: { read: text, help: 'Where to listen.', example: '127.0.0.1:5000' },
  loglevel: { read: oneOf('info', 'debug'), help: 'How much is logged.', example: 'info' },
  'my-key': { read: nameText, help: 'The key.', example: '1234', secret: true },
  timeout: { read: duration(1000, 60_000), help: 'Patience.', example: '10s' },
  port: { read: wholeNumber(1, 65_535), help: 'A port.', example: '5000' },
} satisfies Options;

function section(lines: string): IniSection {
  return parseIni(`[overc]\n${lines}`)[0] as IniSection;
}

function read(lines: string) {
  return readSection(section(lines), OPTIONS);
}

describe('a section of settings', () => {
  it('becomes values by the descriptions of its options', () => {
    assert.deepEqual(read('Listen = :80\nloglevel = debug\nmy-key = a b\ntimeout = 2s\nport = 80'), {
      listen: ':80',
      loglevel: 'debug',
      'my-key': 'a b',
      timeout: 2000,
      port: 80,
    });
  });

  it('leaves out what is not set', () => assert.deepEqual(read(''), {}));

  for (const [lines, message] of [
    ['lisen = :80', '[overc] lisen: unknown option; known here are listen, loglevel, my-key, timeout, port'],
    ['listen =', '[overc] listen: "" must not be empty (for example 127.0.0.1:5000)'],
    ['loglevel = loud', '[overc] loglevel: "loud" must be one of info, debug (for example info)'],
    [
      'timeout = soon',
      '[overc] timeout: "soon" must be a duration: a number and s, m, h, d, w or y (for example 10s)',
    ],
    ['timeout = 500ms', '[overc] timeout: "500ms" must be at least 1s (for example 10s)'],
    ['timeout = 2m', '[overc] timeout: "2m" must be at most 60s (for example 10s)'],
    ['port = 0', '[overc] port: "0" must be a whole number from 1 to 65535 (for example 5000)'],
    ['port = 80.5', '[overc] port: "80.5" must be a whole number from 1 to 65535 (for example 5000)'],
  ] as const)
    it(`names section, option and remedy for ${lines}`, () =>
      assert.throws(() => read(lines), { name: 'SettingsError', message }));

  for (const name of ['__proto__', 'constructor', 'toString'])
    it(`does not know an option named ${name}`, () =>
      assert.throws(() => readSection({ name: 'overc', options: new Map([[name, 'x']]) }, OPTIONS), {
        name: 'SettingsError',
        message: new RegExp(`^\\[overc\\] ${name}: unknown option; known here are listen, `),
      }));

  it('does not repeat a secret in its error', () => {
    const key = 's3cret'.repeat(50);
    assert.throws(() => read(`my-key = ${key}`), {
      name: 'SettingsError',
      message: '[overc] my-key: the value must have at most 255 characters (for example 1234)',
    });
  });

  it('names the place that a value came from', () => {
    assert.throws(() => readValue('OVERC_PORT', OPTIONS.port, 'x'), {
      name: 'SettingsError',
      message: 'OVERC_PORT: "x" must be a whole number from 1 to 65535 (for example 5000)',
    });
  });

  it('never repeats a secret, whatever it is', () => {
    const picky: Option<string> = { ...OPTIONS['my-key'], read: oneOf('-') };
    const secret = fc.stringMatching(/^[A-Z0-9]{4,40}$/);
    fc.assert(
      fc.property(secret, (value) =>
        assert.throws(
          () => readValue('[overc] my-key', picky, value),
          (error: Error) => !error.message.replace('1234', '').includes(value),
        ),
      ),
    );
  });
});

describe('values of settings', () => {
  const astral = '💾';
  for (const [what, reader, value, result] of [
    ['a name of 255 characters', nameText, astral.repeat(255), astral.repeat(255)],
    ['the least whole number', wholeNumber(0, 9), '0', 0],
    ['the most whole number', wholeNumber(0, 9), '9', 9],
    ['the least duration', duration(1000), '1', 1000],
    ['the most duration', duration(0, 1000), '1s', 1000],
    ['an address', httpUrl, 'http://localhost:5000', 'http://localhost:5000/'],
    ['an address with a path', httpUrl, 'https://mon.example.com/overc', 'https://mon.example.com/overc/'],
    ['an address with credentials', httpUrl, 'http://a:b@c:5000/', 'http://a:b@c:5000/'],
  ] as [string, ReadValue<unknown>, string, unknown][])
    it(`take ${what}`, () => assert.equal(reader(value), result));

  for (const [what, reader, value] of [
    ['an empty name', nameText, ''],
    ['a name of 256 characters', nameText, astral.repeat(256)],
    ['a number below the least', wholeNumber(1, 9), '0'],
    ['a number above the most', wholeNumber(1, 9), '10'],
    ['a signed number', wholeNumber(1, 9), '+1'],
    ['an exponent', wholeNumber(1, 9), '1e0'],
    ['a number of 16 digits', wholeNumber(1, 9), '0000000000000001'],
    ['a word in another case', oneOf('info'), 'INFO'],
    ['a duration beyond what can be counted', duration(0), '999999999999y'],
    ['an address without http', httpUrl, 'localhost:5000'],
    ['an address of another kind', httpUrl, 'ftp://localhost/'],
    ['no address', httpUrl, ''],
  ] as [string, ReadValue<unknown>, string][])
    it(`refuse ${what}`, () => assert.throws(() => reader(value), /^Error: must /));
});
