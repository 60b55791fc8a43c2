import { isSteady, renew } from '../core/pulse.ts';
import { keepingOf } from '../store/history.ts';
import { findPulses, renewalsOf } from '../store/pulses.ts';
import { atomically } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';
import type { Expected } from './known.ts';
import type { Submission } from './submission.ts';

/**
 * Stores submissions that are expected only to renew pulses: nearly all that ever come.
 * Returns those that turned out otherwise; nothing of them is stored.
 */
export async function renewExpected(deps: MonitorDeps, expected: Expected[]): Promise<Submission[]> {
  if (expected.length === 0 || (await tryRenew(deps, expected))) return [];
  const surprising = await findSurprising(deps, expected);
  const steady = expected.filter(({ submission }) => !surprising.has(submission));
  const isStored = steady.length > 0 && surprising.size > 0 && (await tryRenew(deps, steady));
  return expected
    .map(({ submission }) => submission)
    .filter((submission) => !isStored || surprising.has(submission));
}

/** Whether all of it was stored; if not, none of it was. */
async function tryRenew({ db, keepsReports, publish }: MonitorDeps, expected: Expected[]): Promise<boolean> {
  const statements = inTurns(expected).flatMap((renewals) => [
    ...(keepsReports ? keepingOf(db, renewals) : []),
    ...renewalsOf(db, renewals),
  ]);
  if (!(await atomically(db, statements))) return false;
  const reports = expected.reduce((sum, { submission }) => sum + submission.reports.length, 0);
  const lateMs = expected.reduce((latest, one) => Math.max(latest, one.lateMs), 0);
  publish({ reports, lateMs, alerts: 0, wakeAt: undefined, isVisible: false });
  return true;
}

/** Renewals in their order, a pulse at most once in each turn. */
function inTurns(expected: Expected[]): Expected['renewals'][] {
  const turns: Expected['renewals'][] = [];
  const seen = new Map<number, number>();
  for (const { renewals } of expected)
    for (const renewal of renewals) {
      const turn = seen.get(renewal.pulseId) ?? 0;
      seen.set(renewal.pulseId, turn + 1);
      if (turns[turn]) turns[turn].push(renewal);
      else turns[turn] = [renewal];
    }
  return turns;
}

/** Goes through the submissions in their order, and finds those that do not only renew pulses as they are now. */
async function findSurprising({ db }: MonitorDeps, expected: Expected[]): Promise<Set<Submission>> {
  const ids = expected.flatMap(({ renewals }) => renewals.map(({ pulseId }) => pulseId));
  const pulses = new Map((await findPulses(db, new Set(ids))).map((pulse) => [pulse.id, pulse]));
  const surprising = new Set<Submission>();
  for (const { submission, renewals } of expected) {
    const isExpected = renewals.every(({ pulseId, version, at, behindMs }) => {
      const pulse = pulses.get(pulseId);
      return pulse?.version === version && isSteady(pulse.value, at, behindMs);
    });
    if (!isExpected) surprising.add(submission);
    else
      for (const { pulseId, at } of renewals) {
        const pulse = pulses.get(pulseId);
        if (pulse) pulse.value = renew(pulse.value, at, pulse.value.patienceMs);
      }
  }
  return surprising;
}
