import { findOverdue, nextWakeAt, postponeWakeUps } from '../store/pulses.ts';
import { silenceOverdue } from '../store/silence.ts';
import { type MonitorDeps, shown } from './deps.ts';

/** Services written in one transaction: few enough that reports never wait long behind it. */
const CHUNK = 500;
/** Pulses found at once: enough that those whose rows lie together are mostly written together, which halves the cost. */
const FOUND_AT_ONCE = 5000;

/**
 * Records every promise that is broken at `now`, and moves the wake-up of those that were kept to their new deadline.
 * Returns when to look next; undefined when nothing is promised.
 */
export async function expireOverdue(deps: MonitorDeps, now: number): Promise<number | undefined> {
  const { db } = deps;
  const earliest = await nextWakeAt(db);
  if (earliest === undefined || earliest > now) return earliest;
  await expireUntil(deps, now, now);
  for (let kept = CHUNK; kept === CHUNK; ) kept = await postponeWakeUps(db, now, CHUNK);
  return nextWakeAt(db);
}

/** Records every promise that was broken by `due`, as noticed at `now`. */
export async function expireUntil(
  { db, channels, publish }: MonitorDeps,
  due: number,
  now: number,
): Promise<void> {
  for (;;) {
    const overdue = await findOverdue(db, due, FOUND_AT_ONCE);
    if (overdue.length === 0) return;
    for (const ids of chunksOf(overdue)) {
      const alerts = await silenceOverdue(db, ids, due, now, channels);
      if (alerts > 0) publish(shown(alerts));
    }
  }
}

/** Pulses in the order in which they lie, in parts that hold CHUNK services each; a pulse is in one part, however many it holds. */
function chunksOf(pulses: Awaited<ReturnType<typeof findOverdue>>): number[][] {
  const chunks: number[][] = [];
  let room = 0;
  for (const { id, members } of pulses.toSorted((a, b) => a.id - b.id)) {
    if (members > room) {
      chunks.push([]);
      room = CHUNK;
    }
    chunks.at(-1)?.push(id);
    room -= members;
  }
  return chunks;
}
