import assert from 'node:assert/strict';
import { STATES } from '@overc/protocol';
import fc from 'fast-check';
import { deadlineAfter } from '../../src/core/deadline.ts';
import { continues, receive } from '../../src/core/transition.ts';
import { insertServices, loadServicesById } from '../../src/store/services.ts';
import { continueSpans } from '../../src/store/steady.ts';
import { transaction } from '../../src/store/transaction.ts';
import { onBothKinds } from '../support/collector.ts';
import { withStore } from '../support/databases.ts';

const T0 = Date.UTC(2026, 0, 5, 10);

onBothKinds('the one statement for steady reports', (kind) => {
  const store = withStore(kind);

  it('does what core/transition says, and leaves alone what it does not cover', async () => {
    let names = 0;
    const seconds = fc.integer({ min: 1, max: 8 });
    const situation = fc.record({
      state: fc.constantFrom(...STATES),
      silent: fc.boolean(),
      period: seconds,
      grace: fc.integer({ min: 0, max: 3 }),
      wakeIn: fc.option(fc.integer({ min: -3, max: 8 })),
      report: fc.record({
        state: fc.constantFrom('OK' as const, 'ERR' as const),
        period: seconds,
        after: fc.integer({ min: -2, max: 12 }),
      }),
    });
    const batch = fc.array(situation, { minLength: 1, maxLength: 90 });
    await fc.assert(
      fc.asyncProperty(batch, async (situations) => {
        const services = situations.map(({ state, silent, period, grace, wakeIn }) => ({
          serverId: 1,
          name: `s${names++}`,
          wakeAt: wakeIn === null ? null : T0 + wakeIn * 1000,
          status: {
            state,
            info: 'before',
            periodSeconds: period,
            graceSeconds: grace,
            reportedAt: T0,
            deadlineAt: deadlineAfter(T0, period, grace),
            silent,
            stateSince: T0 - 5000,
            since: T0 - 1000,
            reports: 7,
          },
        }));
        const ids = await transaction(store.db, (tx) => insertServices(tx, services));
        const reports = situations.map(({ report }, index) => ({
          serviceId: ids[index] as number,
          service: '',
          at: T0 + report.after * 1000,
          state: report.state,
          info: 'ünï 🛰',
          periodSeconds: report.period,
        }));
        const continued = await transaction(store.db, (tx) => continueSpans(tx, reports));

        const expected = services.map((service, index) => {
          const report = reports[index] as (typeof reports)[number];
          if (!continues(service.status, service.wakeAt, report, report.at))
            return { id: ids[index], ...service };
          return { id: ids[index], ...service, status: receive(service.status, report, report.at).next };
        });
        const stored = await transaction(store.db, (tx) => loadServicesById(tx, ids));
        assert.deepEqual(
          stored.sort((a, b) => a.id - b.id),
          expected,
        );
        assert.equal(continued, expected.filter(({ status }) => status.info !== 'before').length);
      }),
      { numRuns: 40 },
    );
  });

  it('touches nothing that has been removed', async () => {
    const gone = { serviceId: 12345, at: T0, state: 'OK' as const, info: '', periodSeconds: 60 };
    assert.equal(await transaction(store.db, (tx) => continueSpans(tx, [gone])), 0);
  });
});
