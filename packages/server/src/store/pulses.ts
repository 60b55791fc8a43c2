import type { Knex } from 'knex';
import type { Pulse } from '../core/pulse.ts';
import type { Statement } from './sqlite/connection.ts';
import {
  type GroupedWrite,
  insertForIds,
  type Row,
  savingById,
  statementsOf,
  writeRows,
  writesOf,
} from './statements.ts';
import type { Tx } from './transaction.ts';

/** A pulse as the use cases work on it. */
export interface StoredPulse {
  id: number;
  /** Another one whenever services left it or one of their states or periods became another. */
  version: number;
  /** How many services it has. */
  members: number;
  /** What each service said last, by its slot; null in the slot of one that left. */
  infos: (string | null)[];
  value: Pulse;
}

// biome-ignore lint/suspicious/noExplicitAny: rows as the database gives them; toPulse makes them ours.
type DbRow = any;

/** Pulses by id, as they are now. One that has been removed is left out. */
export async function findPulses(db: Knex, ids: Iterable<number>): Promise<StoredPulse[]> {
  const found: StoredPulse[] = [];
  for (const piece of statementsOf([...ids])) {
    const rows: DbRow[] = await db('pulses').whereIn('id', piece);
    found.push(...rows.map(toPulse));
  }
  return found;
}

/** Pulses by id, locked until the transaction ends: who changes a service holds its pulse. */
export async function lockPulses(tx: Tx, ids: Iterable<number>): Promise<Map<number, StoredPulse>> {
  const found = new Map<number, StoredPulse>();
  for (const piece of statementsOf([...ids].sort((a, b) => a - b))) {
    const rows: DbRow[] = await tx('pulses').whereIn('id', piece).orderBy('id').forUpdate();
    for (const row of rows) found.set(row.id, toPulse(row));
  }
  return found;
}

/** Returns their ids in order. */
export async function insertPulses(tx: Tx, pulses: Omit<StoredPulse, 'id'>[]): Promise<number[]> {
  return insertForIds(tx, 'pulses', pulses.map(toRow));
}

const SAVE = savingById('pulses', {
  version: 'signed',
  members: 'signed',
  reported_at: 'signed',
  patience_ms: 'signed',
  deadline_at: 'signed',
  wake_at: 'signed',
  reports: 'signed',
  credits: 'signed',
  infos: 'char',
});

/** Writes locked pulses. */
export async function savePulses(tx: Tx, pulses: StoredPulse[]): Promise<void> {
  await writeRows(
    tx,
    SAVE,
    pulses.map((pulse) => [pulse.id, ...Object.values(toRow(pulse))]),
  );
}

export async function deletePulses(tx: Tx, ids: number[]): Promise<void> {
  for (const piece of statementsOf(ids)) await tx('pulses').whereIn('id', piece).delete();
}

/** A report of all services of a pulse, expected to change nothing but what was heard last. */
export interface Renewal {
  pulseId: number;
  version: number;
  at: number;
  /** As in the pulse's row: JSON of a list with an info for each slot. */
  infos: string;
}

/** `isSteady` and `renew` of `core/pulse.ts` in one statement. What they do not hold for is left as it is. */
const RENEW: GroupedWrite = {
  write: 'update pulses',
  columns: [
    { name: 'v_id', type: 'signed' },
    { name: 'v_version', type: 'signed' },
    { name: 'v_at', type: 'signed' },
    { name: 'v_infos', type: 'char' },
  ],
  rest: `set reported_at = v_at, deadline_at = v_at + patience_ms, reports = reports + 1, credits = 0, infos = v_infos
    where id = v_id and version = v_version and reported_at <= v_at and deadline_at > v_at and wake_at <= v_at + patience_ms`,
  isExact: true,
};

/** The statements that renew pulses; when one of them touches too few rows, a pulse was not steady. None may be in there twice. */
export function renewalsOf(db: Knex, renewals: Renewal[]): Statement[] {
  return writesOf(
    db,
    RENEW,
    renewals.map(({ pulseId, version, at, infos }) => [pulseId, version, at, infos]),
  );
}

/** Up to `limit` pulses, the earliest wake-up first, of which both it and the first deadline have come. */
export async function findOverdue(
  db: Knex,
  now: number,
  limit: number,
): Promise<Pick<StoredPulse, 'id' | 'members'>[]> {
  const overdue = db('pulses').where('wake_at', '<=', now).where('deadline_at', '<=', now);
  return overdue.orderBy('wake_at').limit(limit).select('id', 'members');
}

/**
 * Moves up to `limit` wake-ups that have come, of pulses that were renewed meanwhile, to their deadlines; returns how many.
 * With many services this is most of the sweep's work, so their rows are never read.
 */
export async function postponeWakeUps(tx: Tx, now: number, limit: number): Promise<number> {
  const kept = tx('pulses').where('wake_at', '<=', now).where('deadline_at', '>', now);
  const rows: { id: number }[] = await kept.orderBy('wake_at').limit(limit).select('id');
  const ids = rows.map(({ id }) => id);
  for (const piece of statementsOf(ids))
    await tx('pulses')
      .whereIn('id', piece)
      .where('deadline_at', '>', now)
      .update({ wake_at: tx.ref('deadline_at') });
  return ids.length;
}

/** The earliest wake-up time; undefined when nothing is promised. */
export async function nextWakeAt(db: Knex): Promise<number | undefined> {
  const row: DbRow = await db('pulses').whereNotNull('wake_at').orderBy('wake_at').first('wake_at');
  return row?.wake_at;
}

function toPulse(row: DbRow): StoredPulse {
  return {
    id: row.id,
    version: row.version,
    members: row.members,
    infos: JSON.parse(row.infos),
    value: {
      reportedAt: row.reported_at,
      patienceMs: row.patience_ms,
      deadlineAt: row.deadline_at,
      wakeAt: row.wake_at,
      reports: row.reports,
      credits: row.credits,
    },
  };
}

/** In the order of SAVE's columns. */
function toRow({ version, members, infos, value }: Omit<StoredPulse, 'id'>): Row {
  return {
    version,
    members,
    reported_at: value.reportedAt,
    patience_ms: value.patienceMs,
    deadline_at: value.deadlineAt,
    wake_at: value.wakeAt,
    reports: value.reports,
    credits: value.credits,
    infos: JSON.stringify(infos),
  };
}
