import type { Knex } from 'knex';
import { type Alert, recoveryOf } from '../core/alert.ts';
import type { Settlement } from '../core/delivery.ts';
import type { Tx } from './transaction.ts';

/** A delivery that one collector has taken upon itself, with what it is to say. */
export interface ClaimedDelivery {
  id: number;
  channel: string;
  /** Attempts including this one. */
  attempts: number;
  createdAt: number;
  serviceId: number | null;
  alert: Alert & { at: number };
  /** When what the alert tells of was over (UTC ms), if it is; then the delivery comes late. */
  overSince: number | undefined;
}

export interface Claim {
  channel: string;
  /** Unlike any other claim's. */
  owner: string;
  now: number;
  leaseUntil: number;
  limit: number;
}

/**
 * Takes up to `limit` due deliveries of a channel, none whose subject has an older one unfinished, so that
 * an online never overtakes its offline. The update is the claim: of two collectors only one changes a row.
 * Whoever dies with a claim loses it when the lease ends.
 */
export async function claimDeliveries(
  tx: Tx,
  { channel, owner, now, leaseUntil, limit }: Claim,
): Promise<ClaimedDelivery[]> {
  const candidates: { id: number }[] = await tx('deliveries as d')
    .where({ 'd.channel': channel, 'd.state': 'waiting' })
    .where('d.next_at', '<=', now)
    .where((free) => free.whereNull('d.lease_until').orWhere('d.lease_until', '<=', now))
    .whereNotExists((older) =>
      older
        .from('deliveries as e')
        .where('e.state', 'waiting')
        .where('e.channel', channel)
        .where('e.subject', tx.ref('d.subject'))
        .where('e.id', '<', tx.ref('d.id'))
        .select(tx.raw('1')),
    )
    .orderBy(['d.next_at', 'd.id'])
    .limit(limit)
    .select('d.id');
  const ids = candidates.map((row) => row.id);
  if (ids.length === 0) return [];
  await tx('deliveries')
    .whereIn('id', ids)
    .where({ state: 'waiting' })
    .where((free) => free.whereNull('lease_until').orWhere('lease_until', '<=', now))
    .update({ owner, lease_until: leaseUntil, attempts: tx.raw('attempts + 1') });
  return loadClaimed(tx, ids, owner);
}

async function loadClaimed(tx: Tx, ids: number[], owner: string): Promise<ClaimedDelivery[]> {
  const rows = await tx('deliveries as d')
    .join('alerts as a', 'a.id', 'd.alert_id')
    .leftJoin('servers as s', 's.id', 'a.server_id')
    .leftJoin('services as v', (on) => on.on('v.server_id', 'a.server_id').andOn('v.name', 'a.service'))
    .whereIn('d.id', ids)
    .where('d.owner', owner)
    .orderBy('d.id')
    .select(
      'd.id',
      'd.channel',
      'd.attempts',
      'd.created_at',
      'd.alert_id',
      'a.at',
      'a.server_id',
      'a.service',
      'a.kind',
      'a.message',
      'a.state',
      'a.info',
      {
        server: 's.name',
        service_id: 'v.id',
      },
    );
  const claimed: ClaimedDelivery[] = rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    attempts: row.attempts,
    createdAt: row.created_at,
    serviceId: row.service_id,
    overSince: undefined,
    alert: {
      at: row.at,
      kind: row.kind,
      message: row.message,
      server: row.server,
      service: row.service,
      current: row.state === null ? null : { state: row.state, info: row.info },
    },
  }));
  for (const [index, delivery] of claimed.entries()) delivery.overSince = await findRecovery(tx, rows[index]);
  return claimed;
}

interface AlertKey {
  alert_id: number;
  server_id: number | null;
  service: string | null;
  kind: string;
}

/** When a later alert told that this one's trouble is over. */
async function findRecovery(
  tx: Tx,
  { alert_id, server_id, service, kind }: AlertKey,
): Promise<number | undefined> {
  const recovery = recoveryOf(kind);
  if (recovery === undefined) return undefined;
  const row = await tx('alerts')
    .where({ server_id, service, kind: recovery })
    .where('id', '>', alert_id)
    .min({ at: 'at' })
    .first();
  return row?.at ?? undefined;
}

/**
 * When a channel's deliveries are worth another look after `now`: a pause or a lease that ends.
 * One that is due already and was not claimed waits for an older one of its subject. Undefined when there is none.
 */
export async function nextDeliveryAt(db: Knex, channel: string, now: number): Promise<number | undefined> {
  const soonest = async (column: 'next_at' | 'lease_until') => {
    const row = await db('deliveries')
      .where({ state: 'waiting', channel })
      .where(column, '>', now)
      .min({ at: column })
      .first();
    return (row?.at ?? Number.POSITIVE_INFINITY) as number;
  };
  const at = Math.min(await soonest('next_at'), await soonest('lease_until'));
  return at === Number.POSITIVE_INFINITY ? undefined : at;
}

/** Writes what became of a claimed delivery. False when the claim was lost meanwhile to another collector. */
export async function settleDelivery(
  tx: Tx,
  id: number,
  owner: string,
  { state, nextAt, lastError, doneAt }: Settlement,
): Promise<boolean> {
  const change = {
    state,
    owner: null,
    lease_until: null,
    last_error: lastError,
    done_at: doneAt,
    ...(nextAt !== undefined && { next_at: nextAt }),
  };
  return (await tx('deliveries').where({ id, owner, state: 'waiting' }).update(change)) > 0;
}

/** Lets a channel that works again take at once what waits for another try. */
export async function hastenDeliveries(tx: Tx, channel: string, now: number): Promise<void> {
  await tx('deliveries')
    .where({ channel, state: 'waiting' })
    .where('next_at', '>', now)
    .update({ next_at: now });
}

/** Gives a claim back unused, so that another collector, or this one after its restart, takes it at once. */
export async function releaseDelivery(db: Knex, id: number, owner: string): Promise<void> {
  await db('deliveries')
    .where({ id, owner, state: 'waiting' })
    .update({ owner: null, lease_until: null, attempts: db.raw('attempts - 1') });
}
