import { insertAlerts } from '../store/alerts.ts';
import { touchServer } from '../store/servers.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import { admit } from './admit.ts';
import { applySubmission, idsOf, loadBatch, saveBatch } from './batch.ts';
import type { Effects, MonitorDeps } from './deps.ts';
import { continueExpected } from './steady.ts';
import type { Outcome, Settled, Submission } from './submission.ts';

/**
 * Stores a batch of submissions; each is stored whole or refused whole, and one server's in their order.
 * What only continues is written in one statement; the rest is judged by `core/transition.ts` in a transaction of its own,
 * whose failure is the answer for the rest alone. Rejects when nothing was stored.
 */
export async function accept(deps: MonitorDeps, batch: Submission[]): Promise<Settled[]> {
  const { expected, others } = deps.known.part(batch);
  const surprising = await continueExpected(deps, expected);
  const odd = new Set([...others, ...surprising]);
  if (odd.size === 0) return batch.map(() => 'stored');
  const rest = batch.filter((submission) => odd.has(submission));
  const judged = await judge(deps, rest).catch((error: Error) => error);
  const settle = (submission: Submission) =>
    judged instanceof Error ? judged : (judged.get(submission) as Outcome);
  return batch.map((submission) => (odd.has(submission) ? settle(submission) : 'stored'));
}

/** Stores submissions in one transaction, in their order. Servers and services that are new are registered. */
async function judge(deps: MonitorDeps, submissions: Submission[]): Promise<Map<Submission, Outcome>> {
  const { admitted, batch, effects } = await transaction(deps.db, (tx) => judgeIn(tx, deps, submissions));
  for (const { submission, server } of admitted)
    deps.known.learn(submission, idsOf(batch, server.id, submission));
  deps.publish(effects);
  const outcomes = new Map<Submission, Outcome>(submissions.map((submission) => [submission, 'wrong-key']));
  for (const { submission } of admitted) outcomes.set(submission, 'stored');
  return outcomes;
}

async function judgeIn(tx: Tx, deps: MonitorDeps, submissions: Submission[]) {
  const admitted = await admit(tx, deps, submissions);
  const batch = await loadBatch(tx, admitted);
  const alerts = admitted.flatMap((one) => applySubmission(batch, one));
  for (const { submission, server } of admitted) {
    const isUnseen = submission.reports.length === 0 || server.ip !== submission.ip;
    if (isUnseen) await touchServer(tx, server.id, submission.ip, submission.at);
  }
  const { reports, wakeAt } = await saveBatch(tx, batch, deps.keepsReports);
  await insertAlerts(tx, alerts, deps.channels);
  const effects: Effects = { reports, alerts: alerts.length, wakeAt };
  return { admitted, batch, effects };
}
