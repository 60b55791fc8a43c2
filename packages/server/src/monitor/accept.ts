import type { PostedAlert } from '@overc/protocol';
import { insertAlerts, type NewAlert } from '../store/alerts.ts';
import { learnPosted } from '../store/posted-alerts.ts';
import { touchServer } from '../store/servers.ts';
import { findUntold, isSighted, type Sighting } from '../store/services.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import { type Admitted, admit } from './admit.ts';
import { applySubmission, type Batch, loadBatch, saveBatch, workingIn } from './batch.ts';
import { applyLate } from './catch-up.ts';
import type { Effects, MonitorDeps } from './deps.ts';
import { hasTimes } from './late-entries.ts';
import { recallHeard } from './recall.ts';
import { noteSkew } from './skew.ts';
import { renewExpected } from './steady.ts';
import type { Outcome, Settled, Submission } from './submission.ts';

/**
 * Stores a batch of submissions; each is stored whole or refused whole, and one server's in their order.
 * What only continues is written in one statement; the rest is judged by `core/transition.ts` in a transaction of its own,
 * whose failure is the answer for the rest alone. Rejects when nothing was stored.
 */
export async function accept(deps: MonitorDeps, batch: Submission[]): Promise<Settled[]> {
  let { expected, others } = deps.known.part(batch);
  if (await recallHeard(deps, others)) ({ expected, others } = deps.known.part(batch));
  const surprising = await renewExpected(deps, expected);
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
  for (const one of admitted) {
    const { name, keyHash, skewMs } = one.server;
    deps.known.learn({ name, keyHash, ip: one.submission.ip, skewMs }, sightingsOf(batch, one));
  }
  deps.publish(effects);
  const outcomes = new Map<Submission, Outcome>(submissions.map((submission) => [submission, 'wrong-key']));
  for (const { submission } of admitted) outcomes.set(submission, 'stored');
  return outcomes;
}

async function judgeIn(tx: Tx, deps: MonitorDeps, submissions: Submission[]) {
  const admitted = await admit(tx, deps, submissions);
  const batch = await loadBatch(tx, admitted, await untoldOf(tx, admitted));
  const alerts: NewAlert[] = [];
  for (const one of admitted)
    alerts.push(
      ...(hasTimes(one.submission)
        ? await applyLate(tx, batch, one, deps)
        : applySubmission(batch, one, await postedAnew(tx, one))),
    );
  for (const one of admitted) {
    const { submission, server } = one;
    await noteSkew(tx, one);
    const isUnseen = submission.reports.length === 0 || server.ip !== submission.ip;
    if (isUnseen) await touchServer(tx, server.id, submission.ip, submission.at);
  }
  const wakeAt = await saveBatch(tx, batch, deps.keepsReports);
  await insertAlerts(tx, alerts, deps.channels);
  const reports = admitted.reduce((sum, { submission }) => sum + submission.reports.length, 0);
  const effects: Effects = { reports, alerts: alerts.length, wakeAt, isVisible: true };
  return { admitted, batch, effects };
}

/** The alerts that a server posts, without those that it has posted already. */
async function postedAnew(tx: Tx, { submission, server }: Admitted): Promise<PostedAlert[]> {
  const { alerts, at } = submission;
  const ids = alerts.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (ids.length === 0) return alerts;
  const fresh = await learnPosted(tx, server.id, ids, at);
  return alerts.filter(({ id }) => id === undefined || fresh.delete(id)); // it may stand twice in one body
}

/** Services of which something is untold that is told when the last of a server's late reports is there. */
async function untoldOf(tx: Tx, admitted: Admitted[]): Promise<Map<number, string[]>> {
  const untold = new Map<number, string[]>();
  for (const { submission, server } of admitted)
    if (hasTimes(submission) && !submission.more) untold.set(server.id, await findUntold(tx, server.id));
  return untold;
}

/** What the database now says of the services that a submission reported. */
function sightingsOf(batch: Batch, { submission, server }: Admitted): Sighting[] {
  return submission.reports.flatMap(({ service: name }) => {
    const { status, pulse, slot = 0, reportedTitle = null } = workingIn(batch, server.id, name) ?? {};
    if (!status || pulse?.id === undefined || !isSighted(status)) return [];
    const { id: pulseId, version, members } = pulse;
    const { state, periodSeconds, graceSeconds } = status;
    const wakeAt = pulse.value?.wakeAt ?? null;
    return [
      { name, slot, state, periodSeconds, graceSeconds, reportedTitle, pulseId, version, members, wakeAt },
    ];
  });
}
