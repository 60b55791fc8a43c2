import type { Knex } from 'knex';
import { type AlertFilter, listAlerts } from '../../store/views/alerts.ts';
import { type AlertRow, alertRow } from './rows.ts';

/** Rows of each list on the page of one server or service. */
export const ROWS_BESIDE = 50;

/** The latest alerts, for the page of what they are about. */
export async function alertsBeside(
  db: Knex,
  filter: Omit<AlertFilter, 'limit'>,
  now: number,
): Promise<AlertRow[]> {
  const alerts = await listAlerts(db, { ...filter, limit: ROWS_BESIDE }, now);
  return alerts.slice(0, ROWS_BESIDE).map((alert) => alertRow(alert, now));
}
