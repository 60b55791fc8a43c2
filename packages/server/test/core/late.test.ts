import assert from 'node:assert/strict';
import { STATES } from '@overc/protocol';
import fc from 'fast-check';
import { type LateReport, rewrite } from '../../src/core/late.ts';
import type { Span } from '../../src/core/status.ts';

const END = Number.POSITIVE_INFINITY;

/** Such as `OK 0-10` or, silent, `OK? 10-…`. */
const spansFrom = (text: string): Span[] =>
  text
    .split(', ')
    .filter(Boolean)
    .map((part) => {
      const [, state, mark, since, until] = /^(\w+)(\??) (\d+)-(\d+|…)$/.exec(part) as string[];
      const silent = mark === '?';
      return {
        ...{ state: state as Span['state'], silent, since: Number(since) },
        ...{ until: until === '…' ? END : Number(until), reports: silent ? 0 : 2, info: '' },
      };
    });
/** Such as `ERR 12-15`: true at 12, its promise broken at 15; `OK 12-bye` promises nothing; `run 12-15` begins a run. */
const latesFrom = (text: string): LateReport[] =>
  text.split(', ').map((part) => {
    const [state, times] = part.split(' ') as [string, string];
    const [at, deadline] = times.split('-') as [string, string];
    return {
      at: Number(at),
      said: state === 'run' ? undefined : { state: state as Span['state'], info: 'late' },
      deadlineAt: deadline === 'bye' ? null : Number(deadline),
    };
  });
const textOf = (spans: Span[]) =>
  spans
    .map(
      ({ state, silent, since, until }) =>
        `${state}${silent ? '?' : ''} ${since}-${until === END ? '…' : until}`,
    )
    .join(', ');

describe('late reports in a history', () => {
  /** What was there, when it was last heard, what came late, what is there then. */
  const cases: [string, string, number, string, string][] = [
    [
      'are the history of a service that nobody knew',
      '',
      -1,
      'OK 5-9, ERR 12-20',
      'OK 5-9, OK? 9-12, ERR 12-…',
    ],
    ['go on with what lasts', 'OK 0-…', 8, 'OK 12-20', 'OK 0-…'],
    ['end what lasts when they say otherwise', 'OK 0-…', 8, 'ERR 12-20', 'OK 0-12, ERR 12-…'],
    [
      'leave silence where their promises were broken',
      'OK 0-…',
      8,
      'OK 12-20, OK 30-40',
      'OK 0-20, OK? 20-30, OK 30-…',
    ],
    ['take back a silence', 'OK 0-10, OK? 10-…', 5, 'OK 9-15, OK 14-20', 'OK 0-…'],
    [
      'take back a part of a silence',
      'OK 0-10, OK? 10-…',
      5,
      'ERR 15-18, OK 20-30',
      'OK 0-10, OK? 10-15, ERR 15-18, ERR? 18-20, OK 20-…',
    ],
    [
      'fill a silence that is over',
      'OK 0-10, OK? 10-50, OK 50-…',
      60,
      'OK 10-30, ERR 20-35',
      'OK 0-20, ERR 20-35, ERR? 35-50, OK 50-…',
    ],
    [
      'hold until the next report at the latest',
      'OK 0-10, OK? 10-50, WARN 50-…',
      60,
      'ERR 40-90',
      'OK 0-10, OK? 10-40, ERR 40-50, WARN 50-…',
    ],
    ['of the state that it was in change nothing', 'OK 0-…', 60, 'OK 10-20', 'OK 0-…'],
    [
      'of another state hold until their deadline while others were heard',
      'OK 0-…',
      60,
      'ERR 10-20',
      'OK 0-10, ERR 10-20, OK 20-…',
    ],
    [
      'hold until the last report that was heard, if that comes first',
      'OK 0-…',
      15,
      'ERR 10-20',
      'OK 0-10, ERR 10-15, OK 15-…',
    ],
    ['that are as old as the last one that was heard say nothing', 'OK 0-…', 15, 'ERR 15-20', 'OK 0-…'],
    ['from before the first one come before it', 'OK 50-…', 60, 'OK 10-20', 'OK 10-20, OK? 20-50, OK 50-…'],
    [
      'of an end on purpose leave nothing behind them',
      'OK 0-10, OK? 10-50, OK 50-…',
      60,
      'OK 10-20, OK 15-bye',
      'OK 0-15, OK 50-…',
    ],
    ['of an end on purpose that is the newest leave it open', 'OK 0-…', 8, 'OK 12-bye', 'OK 0-…'],
    [
      'of a run leave the state as it was',
      'ERR 0-10, ERR? 10-50, OK 50-…',
      60,
      'run 20-30',
      'ERR 0-10, ERR? 10-20, ERR 20-30, ERR? 30-50, OK 50-…',
    ],
    ['of a run that is the first of all know nothing', '', -1, 'run 20-30', 'UNK 20-…'],
    ['follow an end on purpose', 'OK 0-10', 10, 'OK 30-40', 'OK 0-10, OK 30-…'],
  ];
  for (const [title, spans, heardAt, lates, expected] of cases)
    it(title, () =>
      assert.equal(textOf(rewrite(spansFrom(spans), latesFrom(lates), heardAt).spans), expected),
    );

  it('hold no longer than until a known one that came after them', () => {
    const late = { ...(latesFrom('ERR 20-40')[0] as LateReport), nextAt: 25 };
    const { spans, held } = rewrite(spansFrom('OK 0-10, OK? 10-50, OK 50-…'), [late], 60);
    assert.equal(textOf(spans), 'OK 0-10, OK? 10-20, ERR 20-25, OK? 25-50, OK 50-…');
    assert.deepEqual(held, [{ since: 20, until: 25 }]);
  });

  it('tell of the time until their deadline, also where the last of them is open', () => {
    const { held } = rewrite(spansFrom('OK 0-…'), latesFrom('OK 12-20, OK 15-30, OK 40-50'), 8);
    assert.deepEqual(held, [
      { since: 12, until: 15 },
      { since: 15, until: 30 },
      { since: 40, until: 50 },
    ]);
  });

  it('count', () => {
    const count = (spans: string, lates: string, heardAt: number) =>
      rewrite(spansFrom(spans), latesFrom(lates), heardAt).spans.map(({ reports }) => reports);
    assert.deepEqual(count('OK 0-…', 'OK 12-20, OK 15-30', 8), [4]);
    assert.deepEqual(count('OK 0-…', 'OK 10-20', 60), [3]);
    assert.deepEqual(count('OK 0-…', 'ERR 10-20', 60), [1, 1, 1]);
    assert.deepEqual(count('OK 0-10, OK? 10-…', 'ERR 12-20', 5), [2, 0, 1]);
  });
});

describe('any late reports in any history', () => {
  const state = fc.constantFrom(...STATES);
  const history = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 60 }), state, fc.boolean()), { maxLength: 8 })
    .map((parts) => {
      let since = 0;
      return parts.map(([length, state, silent], i): Span => {
        const span = {
          state,
          silent: silent && i > 0,
          since,
          until: since + length,
          reports: silent ? 0 : 2,
          info: '',
        };
        since += length;
        return i === parts.length - 1 ? { ...span, until: END } : span;
      });
    });
  const lates = fc
    .array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 60 }), state), { minLength: 1, maxLength: 8 })
    .map((parts) =>
      parts
        .sort(([a], [b]) => a - b)
        .map(
          ([at, patience, state]): LateReport => ({
            ...{ at, deadlineAt: at + patience, said: { state, info: 'late' } },
          }),
        ),
    );
  /** The last report is within the span that lasts. */
  const heard = (spans: Span[], within: number) =>
    (spans.at(-1)?.since ?? -1) + (spans.length > 0 ? within : 0);

  it('leaves spans that are in their order, and do not overlap or repeat one another', () => {
    fc.assert(
      fc.property(history, lates, fc.nat(30), (spans, late, within) => {
        const after = rewrite(spans, late, heard(spans, within)).spans;
        for (const [i, span] of after.entries()) {
          assert.ok(span.since < span.until);
          const next = after[i + 1];
          if (!next) continue;
          assert.ok(span.until <= next.since);
          if (span.until === next.since) assert.ok(span.state !== next.state || span.silent !== next.silent);
        }
        assert.equal(after.at(-1)?.until, END);
      }),
    );
  });

  it('is as the latest report says, from it until its deadline or the next one', () => {
    fc.assert(
      fc.property(history, lates, fc.nat(30), (spans, late, within) => {
        const heardAt = heard(spans, within);
        const { spans: after, held } = rewrite(spans, late, heardAt);
        const at = (time: number) => after.find(({ since, until }) => since <= time && time < until);
        for (const { since } of held) {
          const said = late.findLast((one) => one.at === since)?.said;
          assert.deepEqual([at(since)?.state, at(since)?.silent], [said?.state, false]);
        }
        for (const [i, { at: time, deadlineAt }] of late.entries()) {
          const next = late[i + 1]?.at ?? END;
          if (time > heardAt && next < END && (deadlineAt as number) < next)
            assert.equal(at(deadlineAt as number)?.silent, true);
        }
      }),
    );
  });

  it('is the same where no late report reaches', () => {
    fc.assert(
      fc.property(history, lates, fc.nat(30), (spans, late, within) => {
        const after = rewrite(spans, late, heard(spans, within)).spans;
        const before = (late[0] as LateReport).at;
        const cut = (list: Span[]) =>
          list
            .filter(({ since }) => since < before)
            .map(({ state, silent, since, until }) => [state, silent, since, Math.min(until, before)]);
        const plain = rewrite(spans, [], -1).spans;
        assert.deepEqual(cut(after), cut(plain));
      }),
    );
  });

  it('is the same whether those after the last report come at once or one after the other', () => {
    fc.assert(
      fc.property(lates, (late) => {
        const base: Span[] = [{ state: 'OK', silent: false, since: 0, until: END, reports: 1, info: '' }];
        const newer = late.map((one) => ({
          ...one,
          at: one.at + 1,
          deadlineAt: (one.deadlineAt as number) + 1,
        }));
        const times = new Set(newer.map(({ at }) => at));
        fc.pre(times.size === newer.length);
        let [spans, heardAt, deadline] = [base, 0, END];
        for (const one of newer) {
          // As the collector does it: a promise that was broken meanwhile is broken.
          const last = spans.at(-1) as Span;
          if (!last.silent && deadline < one.at)
            spans = [
              ...spans.slice(0, -1),
              { ...last, until: deadline },
              { ...last, silent: true, since: deadline, reports: 0 },
            ];
          spans = rewrite(spans, [one], heardAt).spans;
          [heardAt, deadline] = [one.at, one.deadlineAt as number];
        }
        assert.deepEqual(spans, rewrite(base, newer, 0).spans);
      }),
    );
  });
});
