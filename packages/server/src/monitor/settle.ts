import { type Attempt, settlementOf } from '../core/delivery.ts';
import { insertOwnAlert } from '../store/alerts.ts';
import { countFailure, markFailing, markWorking } from '../store/channels.ts';
import { type ClaimedDelivery, hastenDeliveries, settleDelivery } from '../store/deliveries.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import { type MonitorDeps, shown } from './deps.ts';

/** After this many attempts in a row that failed on a channel the others hear of it, while it is still tried. */
const TELL_AFTER_FAILURES = 3;

export interface Settled {
  delivery: ClaimedDelivery;
  owner: string;
  attempt: Attempt;
  /** How long after the alert it is worth trying. */
  retryForMs: number;
  now: number;
}

/**
 * Records what an attempt came to: sent, owed again after a pause, or given up.
 * When a channel begins to fail the other channels are told, once, and again when it works.
 */
export async function settle(deps: MonitorDeps, settled: Settled): Promise<void> {
  const { delivery, owner, attempt, retryForMs, now } = settled;
  const { attempts, createdAt } = delivery;
  const giveUpAt = createdAt + retryForMs;
  const settlement = settlementOf(attempt, { attempts, now, giveUpAt, chance: Math.random() });
  const alerts = await transaction(deps.db, async (tx) => {
    if (!(await settleDelivery(tx, delivery.id, owner, settlement))) return 0;
    if (attempt.ok) return tellWorking(tx, deps, delivery, now);
    const failures = await countFailure(tx, delivery.channel);
    const isNews = settlement.state === 'failed' || failures >= TELL_AFTER_FAILURES;
    return isNews ? tellFailing(tx, deps, delivery, now, attempt.reason) : 0;
  });
  deps.publish(shown(alerts));
}

async function tellFailing(
  tx: Tx,
  deps: MonitorDeps,
  { channel, alert }: ClaimedDelivery,
  now: number,
  reason: string,
): Promise<number> {
  if (!(await markFailing(tx, channel, now))) return 0;
  const about = [alert.server, alert.service].filter((part) => part !== null).join(' ');
  const undelivered = about === '' ? alert.kind : `${about}: ${alert.kind}`;
  return tellOthers(
    tx,
    deps,
    channel,
    now,
    'channel/failing',
    `Channel ${channel} fails, so "${undelivered}" is not delivered there: ${reason}`,
  );
}

async function tellWorking(
  tx: Tx,
  deps: MonitorDeps,
  { channel }: ClaimedDelivery,
  now: number,
): Promise<number> {
  if (!(await markWorking(tx, channel))) return 0;
  await hastenDeliveries(tx, channel, now);
  return tellOthers(tx, deps, channel, now, 'channel/working', `Channel ${channel} works again`);
}

async function tellOthers(
  tx: Tx,
  deps: MonitorDeps,
  channel: string,
  at: number,
  kind: string,
  message: string,
): Promise<number> {
  const others = deps.channels.filter((name) => name !== channel);
  await insertOwnAlert(tx, { kind, message, at }, others);
  return 1;
}
