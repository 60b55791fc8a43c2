import type { State } from '@overc/protocol';
import { firstPatienceOf, type Pulse, renew } from '../core/pulse.ts';
import type { Span, Status } from '../core/status.ts';
import { type KeptReport, statesText } from '../store/history.ts';
import type { Service } from '../store/services.ts';

/** A pulse on its way through a batch; it has no id until it is stored, and no value until its first report. */
export interface WorkingPulse {
  id: number | undefined;
  version: number;
  members: number;
  infos: (string | null)[];
  value: Pulse | undefined;
  /** From where a new one counts its reports on: a service's kept reports ascend. */
  reportsBefore?: number;
}

/** A service on its way through a batch; it has no pulse and no status until its first report. */
export interface Working {
  serverId: number;
  name: string;
  /** As it is in the database. */
  stored: Service | undefined;
  status: Status | undefined;
  pulse: WorkingPulse | undefined;
  slot: number;
  left: { pulse: { id: number | undefined }; slot: number; at: number; report: number } | null;
  reportedTitle: string | null;
  closed: Span[];
  /** Ids of closed spans that late reports made others of. */
  dropped: number[];
}

/** The services of a submission that share a pulse, and when their report counts as received. */
export interface Group {
  pulse: WorkingPulse;
  at: number;
  services: Working[];
}

/**
 * Groups services that are reported together by their pulses, so that each pulse is reported as a whole: those that are
 * new share one, and those that come without others of theirs get one each.
 * A group's report is never received before its last one, whichever collector's clock it is.
 */
export function groupByPulse(services: Working[], at: number): Map<WorkingPulse, Group> {
  const counts = new Map<WorkingPulse | undefined, number>();
  for (const { pulse } of services) counts.set(pulse, (counts.get(pulse) ?? 0) + 1);
  const isTorn = new Map([...counts].map(([pulse, count]) => [pulse, pulse && count < pulse.members]));
  const shared = newPulse(0);
  const groups = new Map<WorkingPulse, Group>();
  for (const service of services) {
    if (service.pulse && isTorn.get(service.pulse)) leave(service, service.pulse, at);
    const pulse = service.pulse ?? join(service, shared);
    const group = groups.get(pulse) ?? { pulse, at, services: [] };
    groups.set(pulse, group);
    group.services.push(service);
    group.at = Math.max(group.at, service.status?.reportedAt ?? at, service.status?.since ?? at);
  }
  return groups;
}

function newPulse(reportsBefore: number): WorkingPulse {
  return { id: undefined, version: 0, members: 0, infos: [], value: undefined, reportsBefore };
}

function join(service: Working, pulse: WorkingPulse): WorkingPulse {
  service.pulse = pulse;
  service.slot = pulse.infos.length;
  pulse.infos.push(null);
  pulse.members++;
  return pulse;
}

function leave(service: Working, pulse: WorkingPulse, at: number): void {
  const { reportedAt = at, reports = 0 } = pulse.value ?? {};
  service.left = { pulse, slot: service.slot, at: reportedAt, report: reports };
  pulse.infos[service.slot] = null;
  pulse.members--;
  join(service, newPulse(reports));
}

/** Renews a pulse by the report of all its services, which they have heard; returns what is kept of it. */
export function beat({ pulse, at, services }: Group): Omit<KeptReport, 'pulseId'> {
  const states: (State | undefined)[] = pulse.infos.map(() => undefined);
  const heard: Status[] = [];
  for (const { slot, status } of services) {
    if (!status) continue;
    states[slot] = status.state;
    pulse.infos[slot] = status.info;
    heard.push(status);
  }
  const previousAt = pulse.value?.reportedAt ?? null;
  pulse.value = renew(pulse.value, at, firstPatienceOf(heard), pulse.reportsBefore);
  if (heard.every(({ endedAt }) => endedAt !== null)) pulse.value.wakeAt = null;
  return {
    at,
    number: pulse.value.reports,
    previousAt,
    states: statesText(states),
    infos: JSON.stringify(pulse.infos),
  };
}
