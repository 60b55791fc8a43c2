import type { Knex } from 'knex';
import { OFFLINE } from '../core/transition.ts';
import { OWE } from './alerts.ts';
import { jsonTextAt } from './dialect.ts';
import { type WriteByIds, writesByIds } from './statements.ts';
import { atomically } from './transaction.ts';

/** When a service of a pulse is missed. */
const DEADLINE =
  'pulses.deadline_at + (services.period_seconds + services.grace_seconds) * 1000 - pulses.patience_ms';
const IN_PULSES = 'services join pulses on pulses.id = services.pulse_id';
/** Whether somebody waits for its next report. */
const IS_PROMISED = 'not services.silent and services.ended_at is null';
const IS_OVERDUE = `pulses.id in (v_ids) and ${IS_PROMISED} and ${DEADLINE} <= v_due`;
/** Whether people are to hear of it: it is not paused, nor were they told before a pause that it is silent. */
const IS_NEWS = 'not services.paused and not coalesce(services.told_silent, 0)';

/**
 * Declares every service of these pulses silent whose promise was broken by `due`, raises the alerts as of `now`, and
 * moves the pulses' wake-ups to the next of their deadlines: `expire` of `core/transition.ts` in SQL, so that no row of a hundred
 * thousand has to be read. Returns how many there were.
 */
export async function silenceOverdue(
  db: Knex,
  pulseIds: number[],
  due: number,
  now: number,
  channels: string[],
): Promise<number> {
  const lastAlert = channels.length > 0 ? await lastAlertId(db) : 0;
  const ids = pulseIds.toSorted((a, b) => a - b);
  const write = (what: WriteByIds, values = {}) => writesByIds(db, what, ids, { v_due: due, ...values });
  const raising = [
    ...write(closingSpans(db)),
    ...write(raisingAlerts(db), { v_now: now, v_kind: OFFLINE.kind, v_message: OFFLINE.message }),
    ...channels.flatMap((channel) =>
      write(OWING, { v_kind: OFFLINE.kind, v_last_alert: lastAlert, v_channel: channel }),
    ),
  ];
  const marking = write(MARK);
  const touched = await atomically(db, [...raising, ...marking, ...write(MOVE_WAKE_UPS)]);
  return touched?.splice(raising.length, marking.length).reduce((sum, rows) => sum + rows, 0) ?? 0;
}

async function lastAlertId(db: Knex): Promise<number> {
  const { last } = (await db('alerts').max({ last: 'id' }).first()) ?? {};
  return last ?? 0;
}

/** A span lasted until the deadline, not until that was noticed. What is found is locked for the statements that come after. */
function closingSpans(db: Knex): WriteByIds {
  const info = jsonTextAt(db, 'pulses.infos', 'services.slot');
  return {
    sql: `insert into spans (service_id, state, silent, since, until, reports, info)
      select services.id, services.state, services.silent, services.since, ${DEADLINE},
        pulses.reports - services.first_report + 1, ${info} from ${IN_PULSES} where ${IS_OVERDUE}`,
    locks: true,
  };
}

function raisingAlerts(db: Knex): WriteByIds {
  const info = jsonTextAt(db, 'pulses.infos', 'services.slot');
  return {
    sql: `insert into alerts (at, server_id, service, kind, message, state, info)
      select v_now, services.server_id, services.name, v_kind, v_message, services.state, ${info}
      from ${IN_PULSES} where ${IS_OVERDUE} and ${IS_NEWS}`,
  };
}

const OWING: WriteByIds = {
  sql: `${OWE} join services on services.server_id = alerts.server_id and services.name = alerts.service
    join pulses on pulses.id = services.pulse_id
    where ${IS_OVERDUE} and alerts.id > v_last_alert and alerts.kind = v_kind`,
};

const ofPulse = (what: string) => `(select ${what} from pulses where pulses.id = services.pulse_id)`;

const MARK: WriteByIds = {
  // What was told comes first: MariaDB goes by what it has just set, and here the service is not silent yet.
  sql: `update services set told_silent = case when paused then coalesce(told_silent, 0) end, silent = 1, since = ${ofPulse(DEADLINE)}, first_report = 0
    where pulse_id in (v_ids) and ${IS_PROMISED} and ${ofPulse(DEADLINE)} <= v_due`,
};

const MOVE_WAKE_UPS: WriteByIds = {
  sql: `update pulses set wake_at =
      (select min(${DEADLINE}) from services where services.pulse_id = pulses.id and ${IS_PROMISED})
    where id in (v_ids)`,
};
