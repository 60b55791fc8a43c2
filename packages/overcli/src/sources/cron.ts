import { Cron } from 'croner';

/** Times that a cron expression names, on the clocks of a place. */
export interface CronTimes {
  /** Five fields, six with seconds in front, or a word such as @daily. */
  pattern: string;
  /** An IANA name such as Europe/Berlin; the machine's own zone when there is none. */
  timezone?: string | undefined;
}

/** Reads a cron expression. Throws an Error that says what would be right. */
export function readCron(text: string): string {
  let cron: Cron;
  try {
    cron = new Cron(text, { timezone: 'UTC' });
  } catch (error) {
    const why = (error as Error).message.replace(/^\w+: /, '');
    throw new Error(`must be five fields: minute, hour, day, month and weekday (${why})`);
  }
  if (cron.getOnce() || !cron.nextRun()) throw new Error('must name times that come again and again');
  return text;
}

/** Reads the name of a time zone. Throws an Error that says what would be right. */
export function readTimezone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new Error('must be the name of a time zone in the IANA list');
  }
}

/** Milliseconds from `wall`, ISO 8601 in UTC, to the next of the times; Infinity when there is none. */
export function msToNext({ pattern, timezone }: CronTimes, wall: string): number {
  const cron = new Cron(pattern, timezone === undefined ? {} : { timezone });
  return cron.msToNext(wall) ?? Number.POSITIVE_INFINITY;
}
