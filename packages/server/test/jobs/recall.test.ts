import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { wallClock } from '../../src/clock.ts';
import { createRecall, type Recall } from '../../src/jobs/recall.ts';
import { createLog } from '../../src/log.ts';
import { createKnown, type Known } from '../../src/monitor/known.ts';
import { connect } from '../../src/store/connection.ts';
import { onBothKinds, startCollector, type TestCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';

const SERVERS = 120;
const LONG_MS = 60_000;

onBothKinds('what a collector reads of services after a start', (kind) => {
  let collector: TestCollector;
  let db: Knex;
  let known: Known;
  let recall: Recall;
  const nameOf = (index: number) => `server-${index}`;
  const countKnown = () =>
    Array.from({ length: SERVERS }, (_, index) => known.has(nameOf(index), 'disk')).filter(Boolean).length;

  before(async () => {
    collector = await startCollector(kind);
    for (let index = 0; index < SERVERS; index++)
      await collector.report({ name: 'disk', state: 'OK' }, { name: nameOf(index), key: 'k-1234' });
    db = connect(collector.database.url);
  });
  after(async () => {
    await db.destroy();
    await collector.stop();
  });
  beforeEach(() => {
    known = createKnown(() => '');
    const publish = () => {};
    const deps = {
      db,
      known,
      channels: [],
      keepsReports: false,
      keepHistoryMs: 0,
      hashKey: () => '',
      publish,
    };
    recall = createRecall(deps, wallClock, createLog('error'));
  });

  it('is all of it, when there is time before it listens', async () => {
    await recall.readAhead(LONG_MS);
    assert.equal(countKnown(), SERVERS);
  });

  it('is the rest beside the reports, when there is not', async () => {
    await recall.readAhead(0);
    assert.equal(countKnown(), 0);
    recall.start();
    await eventually(() => assert.equal(countKnown(), SERVERS));
    await recall.stop();
  });
});
