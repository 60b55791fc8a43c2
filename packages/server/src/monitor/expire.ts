import { findOverdue, nextWakeAt, postponeWakeUps } from '../store/pulses.ts';
import { silenceOverdue } from '../store/silence.ts';
import { type MonitorDeps, shown } from './deps.ts';

/** Services looked at in one transaction: few enough that reports never wait long behind it. */
const CHUNK = 500;

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
export async function expireUntil(deps: MonitorDeps, due: number, now: number): Promise<void> {
  while (await expireChunk(deps, due, now));
}

/** Declares about CHUNK services silent; returns whether there were any to look at. */
async function expireChunk(
  { db, channels, publish }: MonitorDeps,
  due: number,
  now: number,
): Promise<boolean> {
  const overdue = firstOf(await findOverdue(db, due, CHUNK));
  if (overdue.length === 0) return false;
  const alerts = await silenceOverdue(db, overdue, due, now, channels);
  if (alerts > 0) publish(shown(alerts));
  return true;
}

/** The first pulses that hold CHUNK services together; at least one. */
function firstOf(pulses: Awaited<ReturnType<typeof findOverdue>>): number[] {
  let services = 0;
  const ids: number[] = [];
  for (const { id, members } of pulses) {
    services += members;
    if (ids.length > 0 && services > CHUNK) break;
    ids.push(id);
  }
  return ids;
}
