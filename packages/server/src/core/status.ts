import type { State } from '@overc/protocol';

/** What is known of a service now. Times are UTC milliseconds on the collector's clock. */
export interface Status {
  state: State;
  info: string;
  periodSeconds: number;
  graceSeconds: number;
  reportedAt: number;
  /** When the promise is broken; null: it ended on purpose, and nothing is promised. */
  deadlineAt: number | null;
  /** Whether the deadline has passed with no report. */
  silent: boolean;
  /** Since when the state is as it is, silent or not. */
  stateSince: number;
  /** Since when both state and silence are as they are: the start of the span that lasts. */
  since: number;
  /** Reports since then. */
  reports: number;
  /** When the run began that has not ended yet; null: none has. */
  runningSince: number | null;
  /** When it ended on purpose; null: it did not. */
  endedAt: number | null;
  /** Whether somebody withholds its alerts. */
  paused: boolean;
  /** The state that people were told of last. A pause makes it differ from the state, until the first report after it. */
  toldState: State;
  /** The same of its silence. */
  toldSilent: boolean;
}

/** A stretch of time that is over, in which state and silence stayed the same. */
export interface Span {
  state: State;
  silent: boolean;
  since: number;
  until: number;
  reports: number;
  /** What the last report in it said. */
  info: string;
}

/** An event worth telling, before it is about anybody. */
export interface Event {
  kind: string;
  message: string;
  /** State and info of the service when it happened; null when it has not reported. */
  current: { state: State; info: string } | null;
}

/** What one report or one missed deadline does to a service. */
export interface Change {
  next: Status;
  /** The spans that it ended, oldest first. */
  closed: Span[];
  events: Event[];
}
