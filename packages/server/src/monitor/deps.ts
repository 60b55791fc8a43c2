import type { Knex } from 'knex';
import type { Known } from './known.ts';

/** What a committed transaction did, for whoever waits for it. */
export interface Effects {
  reports: number;
  /** By how many milliseconds the latest of them came after the sweep was to look at its pulse, as far as that is known; 0: none did. */
  lateMs?: number;
  alerts: number;
  /** The earliest time at which the sweep has to look at a service that this touched; undefined when it need not sooner. */
  wakeAt: number | undefined;
  /** Whether the pages are no longer as they were, but for when services were heard. */
  isVisible: boolean;
}

/** The effects of what shows on the pages, and raised so many alerts. */
export function shown(alerts = 0): Effects {
  return { reports: 0, alerts, wakeAt: undefined, isVisible: true };
}

/** What the use cases of people work with. */
export type ChangeDeps = Pick<MonitorDeps, 'db' | 'channels' | 'publish'>;

/** What the use cases work with. */
export interface MonitorDeps {
  db: Knex;
  /** Ids that were right the last time. */
  known: Known;
  /** Names of the channels that are owed each alert. */
  channels: string[];
  /** Whether single reports are kept. */
  keepsReports: boolean;
  /** How long the history is kept, milliseconds; what is older is not taken any more. */
  keepHistoryMs: number;
  /** The stored form of a server's key. */
  hashKey(server: string, key: string): string;
  /** Called after the commit, never before. */
  publish(effects: Effects): void;
}
