import assert from 'node:assert/strict';
import fc from 'fast-check';
import { credit, isBrought, isSteady, type Pulse, renew } from '../../src/core/pulse.ts';
import { creditGap } from '../../src/store/gaps.ts';
import { findPulses, insertPulses, type Renewal, renewalsOf } from '../../src/store/pulses.ts';
import { atomically, transaction } from '../../src/store/transaction.ts';
import { onBothKinds } from '../support/collector.ts';
import { withStore } from '../support/databases.ts';

const T0 = Date.UTC(2026, 0, 5, 10);

onBothKinds('the one statement for steady reports', (kind) => {
  const store = withStore(kind);

  it('does what core/pulse says, and leaves alone what it does not cover', async () => {
    const situation = fc.record({
      patience: fc.integer({ min: 1, max: 8 }),
      deadlineIn: fc.integer({ min: -1, max: 8 }),
      wakeIn: fc.option(fc.integer({ min: -3, max: 8 })),
      after: fc.integer({ min: -2, max: 12 }),
      behind: fc.constantFrom(0, 0, 1, 5),
      isKnownVersion: fc.boolean(),
      isWakeUpKnown: fc.boolean(),
      credits: fc.integer({ min: 0, max: 3 }),
    });
    const batch = fc.array(situation, { minLength: 1, maxLength: 90 });
    await fc.assert(
      fc.asyncProperty(batch, async (situations) => {
        const pulses = situations.map(({ patience, deadlineIn, wakeIn, credits }) => ({
          version: 3,
          members: 2,
          infos: ['before', null, 'ünï 🛰'],
          value: {
            reportedAt: T0,
            patienceMs: patience * 1000,
            deadlineAt: T0 + deadlineIn * 1000,
            wakeAt: wakeIn === null ? null : T0 + wakeIn * 1000,
            reports: 7,
            credits,
          },
        }));
        const ids = await transaction(store.db, (tx) => insertPulses(tx, pulses));
        const infos = ['after', null, '"]\\'];
        const renewals: Renewal[] = situations.map(
          ({ after, behind, isKnownVersion, isWakeUpKnown }, index) => {
            const at = T0 + after * 1000;
            const { wakeAt, patienceMs } = (pulses[index] as { value: Pulse }).value;
            const isBroughtAlong = wakeAt !== null && isBrought(wakeAt, at, patienceMs);
            return {
              pulseId: ids[index] as number,
              version: isKnownVersion ? 3 : 2,
              at,
              behindMs: behind * 1000,
              infos: JSON.stringify(infos),
              bringsWakeUp: isBroughtAlong === isWakeUpKnown,
            };
          },
        );
        // One by one, since together one that is not steady undoes all.
        let renewed = 0;
        for (const renewal of renewals)
          if (await atomically(store.db, renewalsOf(store.db, [renewal]))) renewed++;

        let steady = 0;
        const expected = pulses.map((pulse, index) => {
          const { pulseId: id, at, behindMs, version, bringsWakeUp } = renewals[index] as Renewal;
          if (version !== pulse.version || !isSteady(pulse.value, at, behindMs)) return { id, ...pulse };
          steady++;
          const value = renew(pulse.value, at, pulse.value.patienceMs);
          if (!situations[index]?.isWakeUpKnown)
            value.wakeAt = bringsWakeUp ? value.deadlineAt : pulse.value.wakeAt;
          return { id, ...pulse, infos, value };
        });
        const stored = await findPulses(store.db, ids);
        assert.deepEqual(
          stored.sort((a, b) => a.id - b.id),
          expected,
        );
        assert.equal(renewed, steady);
      }),
      { numRuns: 40 },
    );
  });

  it('credits a gap as core/pulse says', async () => {
    const pulses = [null, T0].flatMap((wakeAt) =>
      [0, 1, 2, 3].map((credits) => ({
        version: 1,
        members: 1,
        infos: ['a'],
        value: { reportedAt: T0, patienceMs: 7000, deadlineAt: T0 + 7000, wakeAt, reports: 1, credits },
      })),
    );
    const ids = await transaction(store.db, (tx) => insertPulses(tx, pulses));
    const until = T0 + 60_000;
    await transaction(store.db, (tx) => creditGap(tx, { since: T0 + 1, until }));
    const stored = await findPulses(store.db, ids);
    assert.deepEqual(
      stored.sort((a, b) => a.id - b.id).map(({ value }) => value),
      pulses.map(({ value }) => credit(value, until)),
    );
  });

  it('touches nothing that has been removed', async () => {
    const gone = { pulseId: 12345, version: 1, at: T0, behindMs: 0, infos: '[""]', bringsWakeUp: false };
    assert.equal(await atomically(store.db, renewalsOf(store.db, [gone])), undefined);
  });

  it('renews any number of pulses together, or none when one of them is not steady', async () => {
    const value = {
      reportedAt: T0,
      patienceMs: 60_000,
      deadlineAt: T0 + 60_000,
      wakeAt: T0,
      reports: 1,
      credits: 0,
    };
    const pulses = Array.from({ length: 421 }, () => ({ version: 1, members: 1, infos: ['a'], value }));
    const ids = await transaction(store.db, (tx) => insertPulses(tx, pulses));
    const at = (time: number) =>
      ids.map((pulseId) => ({
        ...{
          pulseId,
          version: 1,
          at: time,
          behindMs: 0,
          infos: '["b"]',
          bringsWakeUp: pulseId % 2 === 0,
        },
      }));
    const renew = (renewals: Renewal[]) => atomically(store.db, renewalsOf(store.db, renewals));
    const counts = async () => new Set((await findPulses(store.db, ids)).map(({ value }) => value.reports));

    const [one, ...rest] = at(T0 + 1);
    assert.equal(await renew([...rest, { ...(one as Renewal), version: 2 }]), undefined);
    assert.deepEqual(await counts(), new Set([1]));
    assert.ok(await renew(at(T0 + 1)));
    assert.deepEqual(await counts(), new Set([2]));
  });
});
