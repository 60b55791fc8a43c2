import { createHistogram } from 'node:perf_hooks';
import { createPool } from './connections.mjs';

/** Answers still missing this long after the last request was due count as failed. */
const DRAIN_MS = 30_000;
/** Requests that may be due and unsent at once, for want of a connection. */
const MOST_OVERDUE = 200_000;

/**
 * Sends requests at a fixed rate, whether or not earlier ones are answered: an open loop. Latency is counted from the
 * moment each was due, so that a stall is felt by all that fell due in it.
 *
 * `request(index)` gives the bytes as a string in Latin-1; `onAnswer(index, status, sentAt, answeredAt, dueAt)` hears of
 * each answer (performance.now() times). What is overdue for want of a connection is dropped when it is too much, and
 * counted as unsent. The first `warmUpSeconds` are sent but not counted. `signal` ends it early.
 *
 * Resolves to {rate, sent, unsent, failed, statuses: {200: n, …}, seconds, p50Ms, p99Ms, p9999Ms, maxMs}; the
 * latencies are those of 200s.
 */
export async function openLoop({
  port,
  rate,
  seconds,
  warmUpSeconds = 0,
  request,
  connections = 1024,
  onAnswer,
  signal,
}) {
  const total = Math.round(rate * (seconds + warmUpSeconds));
  const firstCounted = Math.round(rate * warmUpSeconds);
  const msApart = 1000 / rate;
  const latencies = createHistogram({ figures: 3, lowest: 1, highest: 600_000_000 });
  const statuses = {};
  let [next, sent, unsent, failed, underWay] = [0, 0, 0, 0, 0];

  const pool = createPool({ port, connections, onDone });
  const startedAt = performance.now();
  const dueAt = (index) => startedAt + index * msApart;

  function onDone(index, status, sentAt) {
    underWay--;
    if (index < firstCounted) return onAnswer?.(index, status, sentAt, performance.now(), dueAt(index));
    const now = performance.now();
    if (status === undefined) failed++;
    else statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 200) latencies.record(Math.max(1, Math.round((now - dueAt(index)) * 1000)));
    onAnswer?.(index, status, sentAt, now, dueAt(index));
  }

  function sendDue(now) {
    while (next < total && dueAt(next) <= now) {
      if (pool.send(request, next)) {
        underWay++;
        if (next++ >= firstCounted) sent++;
      } else if ((now - dueAt(next)) * (rate / 1000) > MOST_OVERDUE) {
        if (next++ >= firstCounted) unsent++;
      } else return;
    }
  }

  await new Promise((resolve) => {
    const endsBy = dueAt(total) + DRAIN_MS;
    const turn = () => {
      const now = performance.now();
      if (!signal?.aborted) sendDue(now);
      const isOver = (next >= total || signal?.aborted) && underWay === 0;
      if (isOver || now > endsBy) resolve();
      else setImmediate(turn); // a timer's millisecond would be 17 requests late
    };
    turn();
  });
  pool.close();
  const ms = (percentile) => latencies.percentile(percentile) / 1000;
  return {
    rate,
    seconds,
    sent,
    unsent: signal?.aborted ? unsent : unsent + (total - next),
    failed: failed + underWay,
    statuses,
    p50Ms: ms(50),
    p99Ms: ms(99),
    p9999Ms: ms(99.99),
    maxMs: latencies.max / 1000,
  };
}

/** How an open loop ended other than with 200s, in words; empty when all were stored. */
export function troubleOf({ statuses, failed, unsent }) {
  const parts = Object.entries(statuses)
    .filter(([status]) => status !== '200')
    .map(([status, count]) => `${count} × ${status}`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (unsent > 0) parts.push(`${unsent} unsent`);
  return parts.join(', ');
}
