import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatRange, isBad, parseDuration, parseRange } from '../src/index.ts';

describe('a range', () => {
  // The table of the guidelines, with what is bad and what is good by it.
  const ranges: [string, bad: number[], good: number[]][] = [
    ['10', [-0.1, 10.1, -Infinity, Infinity], [0, 5, 10]],
    ['10:', [9.9, -1, -Infinity], [10, 11, Infinity]],
    ['~:10', [10.1, Infinity], [10, -1e9, -Infinity]],
    ['10:20', [9.9, 20.1], [10, 15, 20]],
    ['@10:20', [10, 15, 20], [9.9, 20.1]],
    ['@10', [0, 10], [-1, 11]],
    [':10', [-1, 11], [0, 10]],
    ['-20:-10', [-21, -9, 0], [-20, -10]],
    ['0', [1, -1], [0]],
    ['~:', [], [-Infinity, 0, Infinity]],
    ['.5:1.5e1', [0.4, 16], [0.5, 15]],
  ];
  for (const [text, bad, good] of ranges)
    it(`written ${text} tells bad from good`, () => {
      const range = parseRange(text) ?? assert.fail('is none');
      for (const value of bad) assert.equal(isBad(range, value), true, `${value}`);
      for (const value of good) assert.equal(isBad(range, value), false, `${value}`);
      assert.deepEqual(parseRange(formatRange(range)), range);
    });

  for (const text of [
    '',
    ' ',
    ':',
    '@',
    '@:',
    '20:10',
    '10:20:30',
    '10:@20',
    '10%',
    'ten',
    '~',
    '10:~',
    '1e999',
    '1,5',
    '--1',
  ])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseRange(text), undefined));

  it('may have units, when somebody reads them', () => {
    assert.deepEqual(parseRange('1m:2h', parseDuration), { start: 60_000, end: 7_200_000, inside: false });
  });

  it('comes back as it was written out', () => {
    const end = fc.double({ noNaN: true }).map((number) => number + 0); // -0 is 0
    const range = fc
      .record({ start: end, end, inside: fc.boolean() }, { noNullPrototype: true })
      .filter(({ start, end }) => start <= end && start !== Infinity && end !== -Infinity);
    fc.assert(fc.property(range, (value) => assert.deepEqual(parseRange(formatRange(value)), value)));
  });
});
