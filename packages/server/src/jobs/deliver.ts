import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { ChannelConfig } from '../config.ts';
import type { Attempt } from '../core/delivery.ts';
import type { Log } from '../log.ts';
import type { MonitorDeps } from '../monitor/deps.ts';
import { settle } from '../monitor/settle.ts';
import { sendByCommand } from '../notify/channels/command.ts';
import { messageOf } from '../notify/message.ts';
import {
  type ClaimedDelivery,
  claimDeliveries,
  nextDeliveryAt,
  releaseDelivery,
} from '../store/deliveries.ts';
import { transaction } from '../store/transaction.ts';
import { createLoop, type Job } from './loop.ts';

/** Deliveries of one channel that are under way at once; those of one service still go one after the other. */
const AT_ONCE = 4;
/** How much longer than its timeout a delivery stays claimed: for killing the command and for writing the result. */
const LEASE_MARGIN_MS = 15_000;
/** Before another try to record what came of a delivery, while the database is away. */
const RECORD_AGAIN_MS = 1000;
const LONGEST_SLEEP_MS = 1000;

export interface DeliverOptions {
  deps: MonitorDeps;
  channel: ChannelConfig;
  clock: Clock;
  log: Log;
  /** Where the pages are, for links in messages. */
  baseUrl: () => string;
}

/** Delivers what one channel is owed. Every channel has its own, so that a hanging one holds up no other. */
export function createDeliver({ deps, channel, clock, log, baseUrl }: DeliverOptions): Job {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();

  const loop = createLoop({
    name: `deliver ${channel.name}`,
    clock,
    log,
    longestSleepMs: LONGEST_SLEEP_MS,
    work,
  });

  async function work(now: number): Promise<number | undefined> {
    const limit = AT_ONCE - underWay.size;
    if (limit === 0) return undefined; // the end of a delivery wakes the loop
    const owner = randomUUID();
    const leaseUntil = now + channel.timeoutMs + LEASE_MARGIN_MS;
    const claimed = await transaction(deps.db, (tx) =>
      claimDeliveries(tx, { channel: channel.name, owner, now, leaseUntil, limit }),
    );
    for (const delivery of claimed) {
      const sending = deliver(delivery, owner).catch((err) =>
        log.error({ err, delivery: delivery.id }, 'a delivery’s end could not be recorded'),
      );
      const done = sending.finally(() => {
        underWay.delete(done);
        loop.wake();
      });
      underWay.add(done);
    }
    return nextDeliveryAt(deps.db, channel.name, now);
  }

  async function deliver(delivery: ClaimedDelivery, owner: string): Promise<void> {
    const attempt = await sendByCommand(channel, messageOf(delivery, baseUrl()), stopping.signal);
    if (stopping.signal.aborted && !attempt.ok) return releaseDelivery(deps.db, delivery.id, owner);
    logAttempt(delivery, attempt);
    const settled = { delivery, owner, attempt, retryForMs: channel.retryForMs, now: clock.now() };
    await insist(() => settle(deps, settled));
  }

  /** Tries for as long as the claim is surely ours: what cannot be recorded is sent once more. */
  async function insist(record: () => Promise<void>): Promise<void> {
    for (let rest = LEASE_MARGIN_MS; ; rest -= RECORD_AGAIN_MS) {
      try {
        return await record();
      } catch (error) {
        if (stopping.signal.aborted || rest <= RECORD_AGAIN_MS) throw error;
        await pause(RECORD_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  function logAttempt({ id, attempts }: ClaimedDelivery, attempt: Attempt): void {
    const about = { channel: channel.name, delivery: id, attempts };
    if (attempt.ok) log.info(about, 'delivered');
    else log.warn({ ...about, reason: attempt.reason }, 'delivery failed');
  }

  return {
    ...loop,
    async stop() {
      await loop.stop();
      const patience = setTimeout(() => stopping.abort(), STOP_PATIENCE_MS);
      await Promise.all(underWay);
      clearTimeout(patience);
    },
  };
}

/** Commands under way get this long to finish when the collector stops; then they are killed and their deliveries given back. */
const STOP_PATIENCE_MS = 5000;
