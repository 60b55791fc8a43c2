import type { Knex } from 'knex';
import type { Pulse } from '../core/pulse.ts';
import type { Statement } from './sqlite/connection.ts';
import {
  type GroupedWrite,
  insertForIds,
  type Row,
  savingById,
  statementsOf,
  type WriteByIds,
  writeRows,
  writesByIds,
  writesOf,
} from './statements.ts';
import { atomically, type Tx } from './transaction.ts';

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
  /** See `monitor/submission.ts`. */
  behindMs: number;
  /** As in the pulse's row: JSON of a list with an info for each slot. */
  infos: string;
  /** Whether it brings the wake-up along, see `core/pulse.ts`. It never makes a wake-up come after the deadline. */
  bringsWakeUp: boolean;
}

/** `isSteady` and `renew` of `core/pulse.ts` in one statement. What they do not hold for is left as it is. */
const RENEW = renewing('');
/** A statement of its own, since SQLite writes the index of a column that is set even if it stays as it was. */
const RENEW_WITH_WAKE_UP = renewing(', wake_at = v_at + patience_ms');

function renewing(more: string): GroupedWrite {
  return {
    write: 'update pulses',
    columns: [
      { name: 'v_id', type: 'signed' },
      { name: 'v_version', type: 'signed' },
      { name: 'v_at', type: 'signed' },
      { name: 'v_heard', type: 'signed' },
      { name: 'v_infos', type: 'char' },
    ],
    rest: `set reported_at = v_at, deadline_at = v_at + patience_ms, reports = reports + 1, credits = 0, infos = v_infos${more}
      where id = v_id and version = v_version and reported_at <= v_at and deadline_at > v_heard and wake_at <= v_at + patience_ms`,
    isExact: true,
  };
}

/** The statements that renew pulses; when one of them touches too few rows, a pulse was not steady. None may be in there twice. */
export function renewalsOf(db: Knex, renewals: Renewal[]): Statement[] {
  const bringing: unknown[][] = [];
  const others: unknown[][] = [];
  for (const { pulseId, version, at, behindMs, infos, bringsWakeUp } of renewals)
    (bringsWakeUp ? bringing : others).push([pulseId, version, at, at - behindMs, infos]);
  return [...writesOf(db, RENEW_WITH_WAKE_UP, bringing), ...writesOf(db, RENEW, others)];
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
 * Moves up to `limit` wake-ups that have come, of pulses that were renewed meanwhile, to their deadlines; returns how many
 * there were. They are those that no report brought along: after a gap, say, or when they were heard of elsewhere.
 */
export async function postponeWakeUps(db: Knex, now: number, limit: number): Promise<number> {
  const kept = db('pulses').where('wake_at', '<=', now).where('deadline_at', '>', now);
  const rows: { id: number }[] = await kept.orderBy('wake_at').limit(limit).select('id');
  const ids = rows.map(({ id }) => id).sort((a, b) => a - b);
  await atomically(db, writesByIds(db, POSTPONE, ids, { v_now: now }));
  return ids.length;
}

const POSTPONE: WriteByIds = {
  sql: 'update pulses set wake_at = deadline_at where id in (v_ids) and wake_at <= v_now and deadline_at > v_now',
};

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
