import assert from 'node:assert/strict';
import { STATES } from '@overc/protocol';
import fc from 'fast-check';
import { patienceOf } from '../../src/core/deadline.ts';
import {
  credit,
  isSteady,
  type Member,
  memberOf,
  type Pulse,
  renew,
  statusOf,
} from '../../src/core/pulse.ts';
import { receive } from '../../src/core/transition.ts';

const T0 = 1_000_000;
const seconds = fc.integer({ min: 1, max: 9 });
/** Unless it is paused, people were told of it as it is. */
const asTold = (one: Member): Member =>
  one.paused ? one : { ...one, toldState: one.state, toldSilent: one.silent };
const member = fc
  .record({
    state: fc.constantFrom(...STATES),
    periodSeconds: seconds,
    graceSeconds: fc.integer({ min: 0, max: 3 }),
    silent: fc.constant(false),
    stateSince: fc.constant(T0 - 5000),
    since: fc.constant(T0 - 1000),
    firstReport: fc.integer({ min: -3, max: 7 }),
    runningSince: fc.constant(null),
    endedAt: fc.constant(null),
    paused: fc.boolean(),
    toldState: fc.constantFrom(...STATES),
    toldSilent: fc.boolean(),
  })
  .map(asTold);
/** How long the collector was behind, milliseconds. */
const behind = fc.constantFrom(0, 0, 1, 3000, 12_000);
const members = fc.array(member, { minLength: 1, maxLength: 6 });

function pulseOf(members: Member[]): Pulse {
  const patienceMs = Math.min(...members.map(patienceOf));
  const deadlineAt = T0 + patienceMs;
  return { reportedAt: T0, patienceMs, deadlineAt, wakeAt: deadlineAt, reports: 7, credits: 0 };
}

describe('a pulse', () => {
  it('holds what its services have in common, so that nothing of them is lost', () => {
    fc.assert(
      fc.property(members, fc.boolean(), (members, silent) => {
        const pulse = pulseOf(members);
        for (const one of members) {
          const status = { ...statusOf(one, 'info', pulse), silent, ...(silent && { reports: 0 }) };
          assert.deepEqual(statusOf(memberOf(status, pulse), 'info', pulse), status);
          assert.equal(status.deadlineAt, T0 + patienceOf(one));
        }
      }),
    );
  });

  it('that is steady does to each service what a report does, and raises nothing', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: -2000, max: 12_000 }), behind, (members, after, behindMs) => {
        const pulse = pulseOf(members);
        const at = T0 + after;
        fc.pre(isSteady(pulse, at, behindMs));
        const renewed = renew(pulse, at, pulse.patienceMs);
        for (const one of members) {
          const { state, periodSeconds, graceSeconds } = one;
          const report = { service: 's', state, info: 'new', periodSeconds, graceSeconds };
          const { next, closed, events } = receive(statusOf(one, 'old', pulse), report, at, behindMs);
          assert.deepEqual(statusOf(one, 'new', renewed), next);
          assert.deepEqual([closed, events], [[], []]);
        }
      }),
    );
  });

  it('wakes the sweep never after the first deadline, and moves its wake-up only when it comes soon', () => {
    const times = fc.integer({ min: 0, max: 20_000 });
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1, max: 20_000 }), (wakeIn, after, patienceMs) => {
        const pulse = { ...pulseOf([]), wakeAt: T0 + wakeIn };
        const renewed = renew(pulse, T0 + after, patienceMs);
        const { deadlineAt, wakeAt } = renewed;
        assert.equal(deadlineAt, T0 + after + patienceMs);
        const comesSoon = pulse.wakeAt <= T0 + after + patienceMs / 2;
        assert.equal(wakeAt, comesSoon ? deadlineAt : Math.min(pulse.wakeAt, deadlineAt));
      }),
    );
  });

  it('that is reported regularly never has the sweep wake before the next report, and moves its wake-up twice in its patience at most', () => {
    const patienceMs = 10_000;
    for (let everyMs = 1; everyMs < patienceMs; everyMs++) {
      let pulse = renew(undefined, T0, patienceMs);
      let movedAt = T0;
      for (let at = T0 + everyMs; at < T0 + 10 * patienceMs; at += everyMs) {
        const said = `reported every ${everyMs} ms, at ${at - T0} ms`;
        if ((pulse.wakeAt as number) <= at) assert.fail(`the sweep woke first: ${said}`);
        const renewed = renew(pulse, at, patienceMs);
        if (renewed.wakeAt !== pulse.wakeAt) {
          if (at - movedAt < patienceMs / 2) assert.fail(`moved again too soon: ${said}`);
          movedAt = at;
        }
        pulse = renewed;
      }
      assert.notEqual(movedAt, T0);
    }
  });

  it('that was open in a gap gives each service a fresh period, three times until the next report', () => {
    fc.assert(
      fc.property(members, (members) => {
        let pulse = pulseOf(members);
        for (const until of [T0 + 100_000, T0 + 200_000, T0 + 300_000]) {
          pulse = credit(pulse, until);
          for (const one of members)
            assert.equal(statusOf(one, 'info', pulse).deadlineAt, until + patienceOf(one));
        }
        assert.deepEqual(credit(pulse, T0 + 400_000), pulse);
        assert.equal(renew(pulse, T0 + 400_000, pulse.patienceMs).credits, 0);
        const silent = { ...pulseOf(members), wakeAt: null };
        assert.deepEqual(credit(silent, T0 + 100_000), silent);
      }),
    );
  });

  it('is not steady once a deadline has passed, out of order, or when all are silent', () => {
    const pulse: Pulse = {
      reportedAt: T0,
      patienceMs: 60_000,
      deadlineAt: T0 + 60_000,
      wakeAt: T0,
      reports: 1,
      credits: 0,
    };
    assert.equal(isSteady(pulse, T0 + 59_999), true);
    assert.equal(isSteady(pulse, T0 + 60_000), false);
    assert.equal(isSteady(pulse, T0 - 1), false);
    assert.equal(isSteady({ ...pulse, wakeAt: null }, T0 + 1), false);
    assert.equal(isSteady({ ...pulse, wakeAt: T0 + 60_002 }, T0 + 1), false);
  });
});
