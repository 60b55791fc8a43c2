import assert from 'node:assert/strict';
import { STATES } from '@overc/protocol';
import fc from 'fast-check';
import type { Gap } from '../../src/core/gap.ts';
import { filled, observedOf, type Range, type Stretch } from '../../src/core/observed.ts';
import { blocksOf, tallyOf, troublesOf, UPTIME_RANGES, uptimeOf } from '../../src/core/uptime.ts';

/** Such as `OK 0-10`, or `OK? 10-20` when silent. */
const spansFrom = (text: string): Stretch[] =>
  text
    .split(', ')
    .filter(Boolean)
    .map((part) => {
      const [, state, mark, since, until] = /^(\w+)(\??) (\d+)-(\d+)$/.exec(part) as string[];
      return {
        state: state as Stretch['state'],
        silent: mark === '?',
        since: Number(since),
        until: Number(until),
      };
    });
const textOf = (stretches: Stretch[]) =>
  stretches
    .map(({ state, silent, since, until }) => `${state}${silent ? '?' : ''} ${since}-${until}`)
    .join(', ');
const gapsFrom = (text: string): Gap[] => spansFrom(text).map(({ since, until }) => ({ since, until }));

describe('what was observed', () => {
  const cases: [string, string, string, string][] = [
    ['is nothing without spans', '', 'x 0-5', ''],
    ['is the spans by their time', 'ERR 10-20, OK 0-10', '', 'OK 0-10, ERR 10-20'],
    ['is less by a gap within a span', 'OK 0-100', 'x 20-30', 'OK 0-20, OK 30-100'],
    ['is less by a gap over several spans', 'OK 0-10, ERR 10-20, OK 20-30', 'x 5-25', 'OK 0-5, OK 25-30'],
    ['is less by gaps that overlap', 'OK 0-100', 'x 10-50, x 20-30, x 40-60', 'OK 0-10, OK 60-100'],
    ['is nothing in a gap that is longer than all', 'OK? 10-20', 'x 0-100', ''],
    ['lets the later span count when the clock went back', 'OK 0-100, ERR 60-80', '', 'OK 0-60, ERR 60-80'],
  ];
  for (const [title, spans, gaps, expected] of cases)
    it(title, () => assert.equal(textOf(observedOf(spansFrom(spans), gapsFrom(gaps))), expected));
});

describe('uptime', () => {
  const RANGE = { since: 0, until: 100 };
  const cases: [string, string, number | undefined][] = [
    ['is unknown when nothing was observed', '', undefined],
    ['is unknown when only UNK was heard', 'UNK 0-100', undefined],
    ['is whole with OK', 'OK 0-100', 1],
    ['is whole with WARN', 'WARN 0-100', 1],
    ['is none with ERR', 'ERR 0-100', 0],
    ['is none with silence, whatever the state', 'OK? 0-50, UNK? 50-100', 0],
    ['counts the range alone', 'ERR 0-0, OK 0-75, ERR 75-300', 0.75],
    ['leaves out the time before the first report', 'OK 80-95, ERR 95-100', 0.75],
    ['leaves out UNK', 'OK 0-30, UNK 30-90, ERR 90-100', 0.75],
  ];
  for (const [title, spans, expected] of cases)
    it(title, () => assert.equal(uptimeOf(tallyOf(observedOf(spansFrom(spans), []), RANGE)), expected));

  it('has blocks that name the worst that was heard', () => {
    const observed = spansFrom(
      'OK 20-30, WARN 30-40, UNK 40-45, OK? 50-51, ERR 65-66, OK? 66-70, ERR? 80-100',
    );
    assert.deepEqual(
      blocksOf(observed, RANGE, 10).map(({ worst }) => worst),
      [undefined, undefined, 'OK', 'WARN', 'UNK', 'silent', 'ERR', undefined, 'silent', 'silent'],
    );
  });

  it('is told of ranges whose blocks are whole milliseconds', () => {
    for (const { lengthMs, blocks } of UPTIME_RANGES) assert.ok(Number.isInteger(lengthMs / blocks));
  });

  it('tells of troubles, the latest first, one through a gap as one', () => {
    const observed = observedOf(
      spansFrom('OK 0-10, ERR 10-30, OK? 30-40, OK 40-50, ERR 50-60'),
      gapsFrom('x 15-20'),
    );
    assert.deepEqual(troublesOf(observed), [
      { condition: 'ERR', since: 50, until: 60 },
      { condition: 'silent', since: 30, until: 40 },
      { condition: 'ERR', since: 10, until: 30 },
    ]);
  });
});

describe('uptime of any history', () => {
  const range = (most: number) =>
    fc.tuple(fc.nat(most), fc.nat(most)).map(([a, b]) => ({ since: Math.min(a, b), until: Math.max(a, b) }));
  const span = fc
    .tuple(range(1000), fc.constantFrom(...STATES), fc.boolean())
    .map(([{ since, until }, state, silent]) => ({ since, until, state, silent }));
  const history = fc
    .tuple(fc.array(span, { maxLength: 12 }), fc.array(range(1000), { maxLength: 6 }))
    .map(([spans, gaps]) => observedOf(spans, gaps));
  const lengthOf = (stretches: Range[]) =>
    stretches.reduce((sum, { since, until }) => sum + until - since, 0);

  it('has stretches in their order that do not overlap', () => {
    fc.assert(
      fc.property(history, (observed) => {
        for (const [i, { since, until }] of observed.entries()) {
          assert.ok(since < until);
          assert.ok(since >= (observed[i - 1]?.until ?? 0));
        }
      }),
    );
  });

  it('adds up: up, down, unknown and holes are the range', () => {
    fc.assert(
      fc.property(history, range(1000), (observed, range) => {
        const all = filled(observed, range);
        assert.equal(lengthOf(all), lengthOf([range]));
        const { upMs, downMs } = tallyOf(observed, range);
        const unknown = all.filter(
          ({ state, ...more }) => state === null || (state === 'UNK' && !('silent' in more && more.silent)),
        );
        assert.equal(upMs + downMs + lengthOf(unknown), lengthOf([range]));
      }),
    );
  });

  it('stays the same when the range is cut into blocks', () => {
    fc.assert(
      fc.property(history, range(1000), fc.integer({ min: 1, max: 60 }), (observed, range, count) => {
        const blocks = blocksOf(observed, range, count);
        assert.equal(blocks[0]?.since, range.since);
        assert.equal(blocks.at(-1)?.until, range.until);
        const whole = tallyOf(observed, range);
        assert.equal(
          blocks.reduce((sum, { upMs }) => sum + upMs, 0),
          whole.upMs,
        );
        assert.equal(
          blocks.reduce((sum, { downMs }) => sum + downMs, 0),
          whole.downMs,
        );
        const worsts = new Set(blocks.map(({ worst }) => worst));
        assert.ok(worsts.has(whole.worst));
      }),
    );
  });
});
