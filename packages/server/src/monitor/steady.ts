import { continues } from '../core/transition.ts';
import { insertReports } from '../store/history.ts';
import { loadServicesById } from '../store/services.ts';
import { continueSpans } from '../store/steady.ts';
import { transaction } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';
import type { Expected } from './known.ts';
import type { Submission } from './submission.ts';

/** Thrown to undo a transaction in which not every report continued its span. */
class Surprise extends Error {}

/**
 * Stores submissions of which each report is expected to continue its service's span: nearly all that ever come.
 * Returns those that turned out otherwise; nothing of them is stored.
 */
export async function continueExpected(deps: MonitorDeps, expected: Expected[]): Promise<Submission[]> {
  if (expected.length === 0 || (await tryContinue(deps, expected))) return [];
  const surprising = await findSurprising(deps, expected);
  const steady = expected.filter(({ submission }) => !surprising.has(submission));
  const isStored = steady.length > 0 && surprising.size > 0 && (await tryContinue(deps, steady));
  return expected
    .map(({ submission }) => submission)
    .filter((submission) => !isStored || surprising.has(submission));
}

/** Whether all of it was stored; if not, none of it was. */
async function tryContinue(
  { db, keepsReports, publish }: MonitorDeps,
  expected: Expected[],
): Promise<boolean> {
  const reports =
    expected.length === 1 ? (expected[0] as Expected).reports : expected.flatMap(({ reports }) => reports);
  try {
    await transaction(db, async (tx) => {
      if ((await continueSpans(tx, reports)) < reports.length) throw new Surprise();
      if (keepsReports) await insertReports(tx, reports);
    });
  } catch (error) {
    if (error instanceof Surprise) return false;
    throw error;
  }
  publish({ reports: reports.length, alerts: 0, wakeAt: undefined });
  return true;
}

async function findSurprising({ db }: MonitorDeps, expected: Expected[]): Promise<Set<Submission>> {
  const ids = expected.flatMap(({ reports }) => reports.map(({ serviceId }) => serviceId));
  const services = await transaction(db, (tx) => loadServicesById(tx, ids));
  const byId = new Map(services.map((service) => [service.id, service]));
  const surprising = new Set<Submission>();
  for (const { submission, reports } of expected)
    for (const [index, { serviceId, at }] of reports.entries()) {
      const service = byId.get(serviceId);
      const report = submission.reports[index];
      if (!service || !report || !continues(service.status, service.wakeAt, report, at))
        surprising.add(submission);
    }
  return surprising;
}
