import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDuration } from '../src/index.ts';

describe('a duration', () => {
  for (const [text, ms] of [
    ['0', 0],
    ['90', 90_000],
    ['90s', 90_000],
    ['90 s', 90_000],
    [' 90s ', 90_000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['0.001s', 1],
    ['0.5ms', 1],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['1y', 31_536_000_000],
  ] as const)
    it(`written ${JSON.stringify(text)} is ${ms} ms`, () => assert.equal(parseDuration(text), ms));

  for (const text of [
    '',
    ' ',
    's',
    '-1',
    '+1',
    '1e3',
    '.5',
    '1.',
    '1.2345s',
    '1,5',
    '5 minutes',
    '5M',
    '1h30m',
    '٣',
    'Infinity',
  ])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseDuration(text), undefined));

  it('of whole seconds comes back whatever its spelling', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('', 's', ' s'), (seconds, unit) =>
        assert.equal(parseDuration(`${seconds}${unit}`), seconds * 1000),
      ),
    );
  });

  it('is a whole number of milliseconds, or undefined, for any text', () => {
    const almost = fc.stringMatching(/^[\d.]{0,6} ?(ms|s|m|h|d|w|y)?$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), almost), (text) => {
        const ms = parseDuration(text);
        assert.ok(ms === undefined || (Number.isInteger(ms) && ms >= 0));
      }),
    );
  });
});
