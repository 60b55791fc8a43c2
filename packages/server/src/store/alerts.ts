import type { Event } from '../core/status.ts';
import { insertForIds, insertRows, type Row } from './statements.ts';
import type { Tx } from './transaction.ts';

/** An alert about to be recorded. No server: about the collector itself. */
export interface NewAlert extends Event {
  at: number;
  serverId: number | null;
  service: string | null;
}

const FIRST_STATE = 'waiting';

/** Records alerts, and for each a delivery owed to every one of `channels`. */
export async function insertAlerts(tx: Tx, alerts: NewAlert[], channels: string[]): Promise<void> {
  if (alerts.length === 0) return;
  const ids = await insertForIds(tx, 'alerts', alerts.map(toRow));
  const deliveries = alerts.flatMap((alert, index) =>
    channels.map((channel) => ({
      alert_id: ids[index] as number,
      channel,
      subject: subjectOf(alert),
      state: FIRST_STATE,
      attempts: 0,
      created_at: alert.at,
      next_at: alert.at,
    })),
  );
  await insertRows(tx, 'deliveries', deliveries);
}

/** Records an alert about the collector itself. */
export function insertOwnAlert(
  tx: Tx,
  { kind, message, at }: Pick<NewAlert, 'kind' | 'message' | 'at'>,
  channels: string[],
): Promise<void> {
  return insertAlerts(tx, [{ kind, message, at, current: null, serverId: null, service: null }], channels);
}

/** What deliveries keep their order within: one service, or one server's own alerts. */
function subjectOf({ serverId, service }: NewAlert): string {
  return `${serverId ?? ''}/${service ?? ''}`;
}

/** The same in SQL: of alerts about services, the delivery of each that v_channel is owed. */
export const OWE = `insert into deliveries (alert_id, channel, subject, state, attempts, created_at, next_at)
  select alerts.id, v_channel, concat(alerts.server_id, '/', alerts.service), '${FIRST_STATE}', 0, alerts.at, alerts.at
  from alerts`;

function toRow({ at, serverId, service, kind, message, current }: NewAlert): Row {
  return {
    at,
    server_id: serverId,
    service,
    kind,
    message,
    state: current?.state ?? null,
    info: current?.info ?? null,
  };
}
