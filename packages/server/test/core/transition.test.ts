import assert from 'node:assert/strict';
import { type Report, STATES, type State } from '@overc/protocol';
import fc from 'fast-check';
import type { Change, Status } from '../../src/core/status.ts';
import { expire, receive } from '../../src/core/transition.ts';

const T0 = 1_000_000;
const report = (state: State, info = '', periodSeconds = 60): Report => ({
  service: 'disk',
  state,
  info,
  periodSeconds,
});
const kinds = (change: Change | undefined) =>
  change?.events.map(({ kind, message }) => `${kind}: ${message}`);
const first = (state: State) => receive(undefined, report(state, 'first'), T0).next;
const silent = (state: State) => (expire(first(state), T0 + 60_000) as Change).next;

describe('transition', () => {
  const table: [string, Status | undefined, State, string[]][] = [
    ['a first OK', undefined, 'OK', []],
    ['a first WARN', undefined, 'WARN', ['service:state/WARN: State changed: "(?)" -> "WARN"']],
    ['a first ERR', undefined, 'ERR', ['service:state/ERR: State changed: "(?)" -> "ERR"']],
    ['a first UNK', undefined, 'UNK', ['service:state/UNK: State changed: "(?)" -> "UNK"']],
    ['OK after OK', first('OK'), 'OK', []],
    ['ERR after ERR', first('ERR'), 'ERR', []],
    ['ERR after OK', first('OK'), 'ERR', ['service:state/ERR: State changed: "OK" -> "ERR"']],
    ['OK after ERR', first('ERR'), 'OK', ['service:state/OK: State changed: "ERR" -> "OK"']],
    ['OK after silence', silent('OK'), 'OK', ['plugin/online: Monitoring plugin back online']],
    [
      'ERR after silence',
      silent('OK'),
      'ERR',
      ['plugin/online: Monitoring plugin back online', 'service:state/ERR: State changed: "OK" -> "ERR"'],
    ],
  ];
  for (const [title, current, state, expected] of table)
    it(`${title} raises ${expected.length === 0 ? 'nothing' : expected.join(', then ')}`, () => {
      const at = current?.silent ? T0 + 90_000 : T0 + 10_000;
      assert.deepEqual(kinds(receive(current, report(state), at)), expected);
    });

  it('counts reports of a span and remembers since when it lasts', () => {
    const { next } = receive(first('OK'), report('OK', 'second'), T0 + 30_000);
    assert.equal(next.reports, 2);
    assert.equal(next.since, T0);
    assert.equal(next.info, 'second');
    assert.equal(next.deadlineAt, T0 + 90_000);
  });

  it('closes a span with its last info when the state changes', () => {
    const { closed } = receive(first('OK'), report('ERR', 'broken'), T0 + 30_000);
    assert.deepEqual(closed, [
      { state: 'OK', silent: false, since: T0, until: T0 + 30_000, reports: 1, info: 'first' },
    ]);
  });

  it('raises offline once, from the deadline on, and begins the silent span at the deadline', () => {
    assert.equal(expire(first('OK'), T0 + 59_999), undefined);
    const change = expire(first('OK'), T0 + 60_250) as Change;
    assert.deepEqual(kinds(change), ['plugin/offline: Monitoring plugin offline']);
    assert.equal(change.next.since, T0 + 60_000);
    assert.equal(change.closed[0]?.until, T0 + 60_000);
    assert.equal(expire(change.next, T0 + 120_000), undefined);
  });

  it('finds a promise broken by a report that comes after the deadline, as if the sweep had come first', () => {
    const late = receive(first('OK'), report('OK', 'late'), T0 + 61_000);
    assert.deepEqual(kinds(late), [
      'plugin/offline: Monitoring plugin offline',
      'plugin/online: Monitoring plugin back online',
    ]);
    assert.deepEqual(
      late.closed.map(({ silent, since, until }) => [silent, since, until]),
      [
        [false, T0, T0 + 60_000],
        [true, T0 + 60_000, T0 + 61_000],
      ],
    );
    assert.equal(late.events[0]?.current?.info, 'first');
    assert.equal(late.events[1]?.current?.info, 'late');
  });

  it('finds a promise kept that was due since all that had been sent was heard', () => {
    const at = T0 + 75_000;
    const { next, closed, events } = receive(first('OK'), report('OK', 'late'), at, 15_001);
    assert.deepEqual([closed, events], [[], []]);
    assert.deepEqual([next.reportedAt, next.deadlineAt, next.reports], [at, at + 60_000, 2]);
    assert.equal(receive(first('OK'), report('OK'), at, 15_000).events.length, 2);
  });

  it('keeps the time from running backwards when another collector’s clock is behind', () => {
    const { next } = receive(first('OK'), report('ERR'), T0 - 5_000);
    assert.equal(next.reportedAt, T0);
    assert.equal(next.since, T0);
  });

  it('waits for the grace after the period', () => {
    const { next } = receive(undefined, { ...report('OK'), graceSeconds: 30 }, T0);
    assert.equal(expire(next, T0 + 89_999), undefined);
    assert.equal(expire(next, T0 + 90_000)?.next.since, T0 + 90_000);
    assert.equal(receive(next, report('OK'), T0 + 1000).next.deadlineAt, T0 + 61_000);
  });

  describe('a run that has begun', () => {
    const begin = { ...report('UNK'), running: true as const, periodSeconds: 600 };

    it('leaves state and info as they were, raises nothing, and promises its end', () => {
      const { next, closed, events } = receive(first('ERR'), begin, T0 + 1000);
      assert.deepEqual([next.state, next.info, next.reports], ['ERR', 'first', 2]);
      assert.deepEqual([next.runningSince, next.deadlineAt], [T0 + 1000, T0 + 601_000]);
      assert.deepEqual([closed, events], [[], []]);
    });

    it('is over with the next report', () => {
      const { next } = receive(receive(first('OK'), begin, T0 + 1000).next, report('OK'), T0 + 2000);
      assert.equal(next.runningSince, null);
    });

    it('that is the first report of a service tells nothing; its end does, unless it is OK', () => {
      const started = receive(undefined, begin, T0);
      assert.deepEqual([started.next.state, kinds(started)], ['UNK', []]);
      assert.deepEqual(kinds(receive(started.next, begin, T0 + 1000)), []);
      assert.deepEqual(kinds(receive(started.next, report('OK'), T0 + 1000)), []);
      assert.deepEqual(kinds(receive(started.next, report('ERR'), T0 + 1000)), [
        'service:state/ERR: State changed: "OK" -> "ERR"',
      ]);
    });

    it('that does not end in time is missed', () => {
      assert.deepEqual(kinds(expire(receive(first('OK'), begin, T0).next, T0 + 600_000)), [
        'plugin/offline: Monitoring plugin offline',
      ]);
    });
  });

  describe('an end on purpose', () => {
    const bye = { ...report('OK', 'bye'), bye: true as const };

    it('promises nothing, so that nothing is missed', () => {
      const { next, events } = receive(first('OK'), bye, T0 + 1000);
      assert.deepEqual([next.deadlineAt, next.endedAt, next.info], [null, T0 + 1000, 'bye']);
      assert.deepEqual(events, []);
      assert.equal(expire(next, T0 + 1e12), undefined);
    });

    it('tells of the state that it ends in', () => {
      const change = receive(first('OK'), { ...bye, state: 'ERR' }, T0 + 1000);
      assert.deepEqual(kinds(change), ['service:state/ERR: State changed: "OK" -> "ERR"']);
    });

    it('ends its span, so that the time until the next report is not observed', () => {
      const ended = receive(first('OK'), bye, T0 + 1000).next;
      const { next, closed, events } = receive(ended, report('OK'), T0 + 900_000);
      assert.deepEqual([next.since, next.deadlineAt, next.endedAt], [T0 + 900_000, T0 + 960_000, null]);
      assert.deepEqual(
        closed.map(({ since, until }) => [since, until]),
        [[T0, T0 + 1000]],
      );
      assert.deepEqual(events, []);
    });
  });

  it('tells of what is other than was told, and of nothing in a pause: nobody hears the end of what began unheard', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 100_000 }),
      what: fc.constantFrom(...STATES, 'sweep' as const, 'pause' as const, 'resume' as const),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let [now, status] = [T0, first('OK')];
        const told = { state: 'OK', silent: false };
        for (const { waitMs, what } of steps) {
          now += waitMs;
          if (what === 'pause' || what === 'resume') {
            status = { ...status, paused: what === 'pause' };
            continue;
          }
          const change = what === 'sweep' ? expire(status, now) : receive(status, report(what), now);
          if (!change) continue;
          status = change.next;
          if (status.paused) assert.deepEqual(change.events, []);
          for (const { kind, message } of change.events) {
            const silent = kind === 'plugin/offline';
            if (kind.startsWith('plugin/')) assert.equal(told.silent, !silent);
            else assert.ok(message.includes(`"${told.state}" -> "${status.state}"`));
            if (kind.startsWith('plugin/')) told.silent = silent;
            else told.state = status.state;
          }
          assert.deepEqual({ state: status.toldState, silent: status.toldSilent }, told);
          if (!status.paused && what !== 'sweep')
            assert.deepEqual(told, { state: status.state, silent: status.silent });
        }
      }),
    );
  });

  it('is silent or reports, whatever happens: spans join without gap or overlap, and events alternate', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 200_000 }),
      state: fc.constantFrom(...STATES, 'sweep' as const),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let now = T0;
        let status: Status | undefined;
        const spans: Change['closed'] = [];
        const silences: string[] = [];
        for (const { waitMs, state } of steps) {
          now += waitMs;
          const change =
            state === 'sweep' ? status && expire(status, now) : receive(status, report(state), now);
          if (!change) continue;
          status = change.next;
          spans.push(...change.closed);
          silences.push(
            ...change.events.map(({ kind }) => kind).filter((kind) => kind.startsWith('plugin/')),
          );
        }
        for (const [index, span] of spans.entries()) {
          assert.ok(span.since <= span.until);
          assert.equal(spans[index + 1]?.since ?? status?.since, span.until);
        }
        for (const [index, kind] of silences.entries())
          assert.equal(kind, index % 2 === 0 ? 'plugin/offline' : 'plugin/online');
        assert.equal(status?.silent ?? false, silences.length % 2 === 1);
      }),
    );
  });
});
