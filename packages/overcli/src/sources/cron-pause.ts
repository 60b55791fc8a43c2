import { Cron } from 'croner';

const MINUTES_A_DAY = 24 * 60;
const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_A_DAY * MINUTE_MS;
/** A year that has a 29 February, and what it takes to see one that comes once a year twice. */
const BEFORE_FIRST_DAY = '2023-12-31T23:59:59Z';
const SECOND_DAY = '2024-01-02';
const END = '2025-03-01';
const LONGEST_DAYS = 366;

const WORDS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * The longest time in a year between two of the times that a crontab's line names, in milliseconds; Infinity when it is more
 * than a year. On a calendar without summer time: a day has 24 hours. Throws an Error that says what is wrong.
 */
export function longestPauseMs(schedule: string): number {
  const fields = (WORDS[schedule.toLowerCase()] ?? schedule).trim().split(/\s+/);
  if (schedule.startsWith('@') && fields.length === 1)
    throw new Error(`${schedule} is no time that comes again`);
  const [minute, hour, dayOfMonth, month, weekday] = fields as [string, string, string, string, string];
  const days = daysOf(dayOfMonth, month, weekday);
  const times = timesOf(minute, hour);
  const within = longest(times.slice(1).map((time, index) => time - (times[index] as number)));
  const overnight = (times[0] as number) - (times.at(-1) as number);
  const between = longest(days.slice(1).map((day, index) => day - (days[index] as number)));
  const pauseMinutes = Math.max(within, between * MINUTES_A_DAY + overnight);
  return between > LONGEST_DAYS ? Number.POSITIVE_INFINITY : pauseMinutes * MINUTE_MS;
}

/** The days, by their numbers. Where one of the fields begins with *, both must fit, and else one of them: crontab(5). */
function daysOf(dayOfMonth: string, month: string, weekday: string): number[] {
  if ([dayOfMonth, month, weekday].every((field) => field === '*')) return [0, 1];
  const domAndDow = dayOfMonth.startsWith('*') || weekday.startsWith('*');
  const cron = new Cron(`0 0 ${dayOfMonth} ${month} ${weekday}`, { timezone: 'UTC', domAndDow });
  const days = runsOf(cron, END).map((ms) => Math.round(ms / DAY_MS));
  return days.length > 1 ? days : [0, Number.POSITIVE_INFINITY];
}

/** The times of a day, as its minutes. */
function timesOf(minute: string, hour: string): number[] {
  const within = (pattern: string) =>
    runsOf(new Cron(pattern, { timezone: 'UTC' }), SECOND_DAY).map((ms) => (ms % DAY_MS) / MINUTE_MS);
  const minutes = within(`${minute} 0 * * *`);
  return within(`0 ${hour} * * *`).flatMap((start) => minutes.map((after) => start + after));
}

/** The runs of the days before `until`, in UTC ms. */
function runsOf(cron: Cron, until: string): number[] {
  const runs: number[] = [];
  for (let run = cron.nextRun(BEFORE_FIRST_DAY); run && run.toISOString() < until; run = cron.nextRun(run))
    runs.push(run.getTime());
  return runs;
}

function longest(pauses: number[]): number {
  return Math.max(0, ...pauses);
}
