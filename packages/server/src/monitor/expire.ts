import { findMostBehind, type Sign } from '../store/collectors.ts';
import { findOverdue, nextWakeAt, postponeWakeUps } from '../store/pulses.ts';
import { silenceOverdue } from '../store/silence.ts';
import { type MonitorDeps, shown } from './deps.ts';

/** Services written in one transaction, to begin with; afterwards as many as take about so long, since reports wait behind it. */
const CHUNK = 500;
const MOST_AT_ONCE = 1800;
const CHUNK_MS = 60;
/** A collector that gave no sign of life for so long hears nobody, so nothing that was sent waits there. */
const SIGNED_WITHIN_MS = 2000;
/** Pulses found at once: enough that those whose rows lie together are mostly written together, which halves the cost. */
const FOUND_AT_ONCE = 5000;

/**
 * Records every promise that is broken at `now`, and moves the wake-up of those that were kept to their new deadline. What
 * was sent within the last milliseconds that the collector, or another one, is behind may not have been heard yet, so what was due
 * since is left. Returns when to look next; undefined when nothing is promised.
 */
export async function expireOverdue(
  deps: MonitorDeps,
  now: number,
  { name, behindMs }: Pick<Sign, 'name' | 'behindMs'>,
): Promise<number | undefined> {
  const { db } = deps;
  const earliest = await nextWakeAt(db);
  if (earliest === undefined || earliest > now - behindMs) return earliest;
  const due = now - Math.max(behindMs, await findMostBehind(db, now - SIGNED_WITHIN_MS, name));
  await expireUntil(deps, due, now);
  for (let kept = CHUNK; kept === CHUNK; ) kept = await postponeWakeUps(db, due, CHUNK);
  return nextWakeAt(db);
}

/** Records every promise that was broken by `due`, as noticed at `now`. */
export async function expireUntil(
  { db, channels, publish }: MonitorDeps,
  due: number,
  now: number,
): Promise<void> {
  let size = CHUNK;
  for (;;) {
    const overdue = await findOverdue(db, due, FOUND_AT_ONCE);
    if (overdue.length === 0) return;
    const inOrder = overdue.sort((a, b) => a.id - b.id);
    while (inOrder.length > 0) {
      const from = performance.now();
      const alerts = await silenceOverdue(db, takeChunk(inOrder, size), due, now, channels);
      if (alerts > 0) publish(shown(alerts));
      const fitting = Math.round((alerts * CHUNK_MS) / (performance.now() - from));
      size = Math.max(CHUNK, Math.min(fitting, 2 * size, MOST_AT_ONCE));
    }
  }
}

/** Takes pulses from the front that hold so many services; one at least, however many it holds. Returns their ids. */
function takeChunk(pulses: Awaited<ReturnType<typeof findOverdue>>, size: number): number[] {
  let count = 0;
  for (let room = size; room > 0 && count < pulses.length; count++) room -= pulses[count]?.members ?? 0;
  return pulses.splice(0, count).map(({ id }) => id);
}
