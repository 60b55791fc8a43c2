import { insertAlerts } from '../store/alerts.ts';
import { touchServer } from '../store/servers.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import { admit } from './admit.ts';
import { applySubmission, loadBatch, saveBatch } from './batch.ts';
import type { Effects, MonitorDeps } from './deps.ts';
import type { Outcome, Submission } from './submission.ts';

/**
 * Stores a batch of submissions in one transaction, in their order; each is stored whole or refused whole.
 * Servers and services that are new are registered.
 */
export async function accept(deps: MonitorDeps, batch: Submission[]): Promise<Outcome[]> {
  const { outcomes, effects } = await transaction(deps.db, (tx) => acceptIn(tx, deps, batch));
  deps.publish(effects);
  return outcomes;
}

async function acceptIn(tx: Tx, deps: MonitorDeps, submissions: Submission[]) {
  const admitted = await admit(tx, deps, submissions);
  const batch = await loadBatch(tx, admitted);
  const alerts = admitted.flatMap((one) => applySubmission(batch, one));
  for (const { submission, server } of admitted) {
    const isUnseen = submission.reports.length === 0 || server.ip !== submission.ip;
    if (isUnseen) await touchServer(tx, server.id, submission.ip, submission.at);
  }
  const { reports, wakeAt } = await saveBatch(tx, batch, deps.keepsReports);
  await insertAlerts(tx, alerts, deps.channels);

  const stored = new Set(admitted.map(({ submission }) => submission));
  const outcomes = submissions.map(
    (submission): Outcome => (stored.has(submission) ? 'stored' : 'wrong-key'),
  );
  const effects: Effects = { reports, alerts: alerts.length, wakeAt };
  return { outcomes, effects };
}
