import type { State } from '@overc/protocol';
import { patienceOf } from './deadline.ts';
import { MOST_CREDITS } from './gap.ts';
import type { Status } from './status.ts';

/**
 * What services that are always reported together have in common: one POST renews it, however many they are.
 * Times are UTC milliseconds on the collector's clock.
 */
export interface Pulse {
  reportedAt: number;
  /** From a report to the first deadline among the services that promise another one, milliseconds. */
  patienceMs: number;
  /** The first deadline among the services. Once it has passed, the pulse is not simply renewed. */
  deadlineAt: number;
  /** When the sweep looks at it next; never after a deadline that somebody waits for. null: never, all are silent or have ended. */
  wakeAt: number | null;
  /** How often it has been renewed. */
  reports: number;
  /** How often its promises got a fresh period since then, because nobody was listening. */
  credits: number;
}

/** What a service has to itself; together with its pulse it makes a {@link Status}. */
export interface Member {
  state: State;
  periodSeconds: number;
  graceSeconds: number;
  silent: boolean;
  stateSince: number;
  since: number;
  /** The pulse's count at the first report of the span that lasts. */
  firstReport: number;
  runningSince: number | null;
  /** From then on nothing is promised. */
  endedAt: number | null;
  paused: boolean;
  toldState: State;
  toldSilent: boolean;
}

export function statusOf(member: Member, info: string, pulse: Pulse): Status {
  const { state, periodSeconds, graceSeconds, silent, stateSince, since, firstReport } = member;
  const { runningSince, endedAt, paused, toldState, toldSilent } = member;
  return {
    state,
    info,
    periodSeconds,
    graceSeconds,
    reportedAt: pulse.reportedAt,
    deadlineAt: endedAt === null ? pulse.deadlineAt + patienceOf(member) - pulse.patienceMs : null,
    silent,
    stateSince,
    since,
    reports: silent ? 0 : pulse.reports - firstReport + 1,
    runningSince,
    endedAt,
    paused,
    toldState,
    toldSilent,
  };
}

/** What is left of a status when its pulse holds the rest. */
export function memberOf(status: Status, pulse: Pulse): Member {
  const { state, periodSeconds, graceSeconds, silent, stateSince, since, reports } = status;
  const { runningSince, endedAt, paused, toldState, toldSilent } = status;
  const firstReport = silent ? 0 : pulse.reports - reports + 1;
  return {
    state,
    periodSeconds,
    graceSeconds,
    silent,
    stateSince,
    since,
    firstReport,
    runningSince,
    endedAt,
    paused,
    toldState,
    toldSilent,
  };
}

/** From a report of services to the first deadline among them, milliseconds; of those that ended only when all did. */
export function firstPatienceOf(
  services: Pick<Status, 'periodSeconds' | 'graceSeconds' | 'endedAt'>[],
): number {
  const promising = services.filter(({ endedAt }) => endedAt === null);
  return Math.min(...(promising.length > 0 ? promising : services).map(patienceOf));
}

/** The pulse after a report at `at`, of services of which the first deadline comes after `patienceMs`. The first one counts on from `reportsBefore`. */
export function renew(pulse: Pulse | undefined, at: number, patienceMs: number, reportsBefore = 0): Pulse {
  const deadlineAt = at + patienceMs;
  const planned = pulse?.wakeAt ?? deadlineAt;
  return {
    reportedAt: at,
    patienceMs,
    deadlineAt,
    wakeAt: isBrought(planned, at, patienceMs) ? deadlineAt : Math.min(planned, deadlineAt),
    reports: (pulse?.reports ?? reportsBefore) + 1,
    credits: 0,
  };
}

/**
 * Whether a report at `at` brings the wake-up at `wakeAt` along to its own deadline: when no more than half of the
 * patience would be left until then. So the sweep finds none that came before the next report of who keeps its promises,
 * however often it reports, and who reports more often than it promised seldom moves it (docs/adr/0002).
 */
export function isBrought(wakeAt: number, at: number, patienceMs: number): boolean {
  return wakeAt - at <= patienceMs / 2;
}

/**
 * The pulse after a gap that ended at `until`: the promises that were open start a fresh period, unless they did too
 * often without a report. What was due before the gap is to be silent already.
 */
export function credit(pulse: Pulse, until: number): Pulse {
  if (pulse.wakeAt === null || pulse.credits >= MOST_CREDITS) return pulse;
  return { ...pulse, deadlineAt: until + pulse.patienceMs, credits: pulse.credits + 1 };
}

/**
 * Whether a report at `at`, of all its services in the states and with the periods that they have, only renews it: in time
 * as far as was heard by then, not out of order, and with no need of an earlier wake-up. Then `receive` closes nothing and
 * raises nothing.
 */
export function isSteady(
  { reportedAt, patienceMs, deadlineAt, wakeAt }: Pulse,
  at: number,
  behindMs = 0,
): boolean {
  return reportedAt <= at && at - behindMs < deadlineAt && wakeAt !== null && wakeAt <= at + patienceMs;
}
