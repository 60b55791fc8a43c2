import type { State } from '@overc/protocol';
import type { LateReport } from './late.ts';

/** A time in which a service was not OK, as late reports tell it. UTC ms. */
export interface Trouble {
  service: string;
  state: State;
  since: number;
  /** The end of it; null: it lasted as of the last report. */
  until: number | null;
}

/** What the late reports of one server tell, gathered until the last of them is there. Times are UTC ms. */
export interface Backlog {
  since: number;
  until: number;
  reports: number;
  services: string[];
  /** The first of them. */
  troubles: Trouble[];
  /** How many troubles there were beside these. */
  moreTroubles: number;
  /** Whether people want to hear of it: a promise was broken meanwhile, or a service was otherwise than they were told. */
  isNews: boolean;
}

/** Most troubles that are told one by one. */
const MOST_TROUBLES = 20;

/** What was heard late of one service: at least one report, the earliest first, each a time after which it was missed. */
export interface Heard {
  service: string;
  reports: LateReport[];
  /** The state that people were told of. */
  toldState: State;
}

/** Adds what was heard late of a service at `now`. */
export function addToBacklog(backlog: Backlog | undefined, heard: Heard, now: number): Backlog {
  const { service, reports } = heard;
  const [first, last] = [reports[0] as LateReport, reports.at(-1) as LateReport];
  const { since = first.at, until = last.at, services = [], troubles: known = [] } = backlog ?? {};
  const open = known.find((trouble) => trouble.service === service && trouble.until === null);
  const troubles = [...known.filter((trouble) => trouble !== open), ...troublesOf(service, reports, open)];
  return {
    since: Math.min(since, first.at),
    until: Math.max(until, last.at),
    reports: (backlog?.reports ?? 0) + reports.length,
    services: services.includes(service) ? services : [...services, service],
    troubles: troubles.slice(0, MOST_TROUBLES),
    moreTroubles: (backlog?.moreTroubles ?? 0) + Math.max(troubles.length - MOST_TROUBLES, 0),
    isNews: (backlog?.isNews ?? false) || reports.some((report) => isNews(report, heard.toldState, now)),
  };
}

/** Whether it came after its own promise was broken, or says what people were not told. */
function isNews({ said, deadlineAt }: LateReport, toldState: State, now: number): boolean {
  if (deadlineAt !== null && deadlineAt <= now) return true;
  return said !== undefined && said.state !== 'OK' && said.state !== toldState;
}

/** The troubles that reports tell of, the first of which may be the end of an `open` one. */
function troublesOf(service: string, reports: LateReport[], open: Trouble | undefined): Trouble[] {
  const troubles = open ? [{ ...open }] : [];
  for (const [index, { at, said, deadlineAt }] of reports.entries()) {
    const next = reports[index + 1];
    const until = next ? Math.min(next.at, deadlineAt ?? next.at) : null;
    const last = troubles.at(-1);
    const goesOn = last && (last.until === null || last.until >= at) ? last : undefined;
    const state = said?.state ?? goesOn?.state ?? 'OK';
    if (goesOn?.state === state) goesOn.until = until;
    else {
      if (goesOn?.until === null) goesOn.until = at;
      if (state !== 'OK') troubles.push({ service, state, since: at, until });
    }
  }
  return troubles;
}
