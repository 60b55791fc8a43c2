import type { Identity, PostedAlert, Report } from '@overc/protocol';

/** One POST: a server's identity, and what it reports or alerts about. A ping has neither. */
export interface Submission {
  identity: Identity;
  ip: string | null;
  /** When it was received, UTC ms. */
  at: number;
  /** What was sent within so many milliseconds before it may not have been heard yet; promises that were due within them are kept by it. */
  behindMs: number;
  reports: Report[];
  alerts: PostedAlert[];
  /** When it was sent, by the sender's clock; undefined: it did not say. */
  sentAt?: number | undefined;
  /** Whether further kept reports follow. */
  more?: boolean | undefined;
}

export type Outcome = 'stored' | 'wrong-key';
/** What became of a submission in a batch: an error when it, unlike others perhaps, could not be stored. */
export type Settled = Outcome | Error;
