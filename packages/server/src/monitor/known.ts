import type { Report, State } from '@overc/protocol';
import { patienceOf } from '../core/deadline.ts';
import { isBrought } from '../core/pulse.ts';
import { isSkewNews } from '../core/skew.ts';
import { type KeptReport, statesText } from '../store/history.ts';
import type { Renewal } from '../store/pulses.ts';
import type { Server } from '../store/servers.ts';
import type { Sighting } from '../store/services.ts';
import { KnownServices } from './known-services.ts';
import { isSame } from './same.ts';
import type { Submission } from './submission.ts';

interface KnownServer {
  ip: string | null;
  keyHash: string;
  skewMs: number | null;
  /** The key itself, once it has been sent and was right. */
  key: Buffer | undefined;
  /** Numbers of its services, by name. */
  services: Map<string, number>;
}

/** A submission that is expected only to renew pulses. */
export interface Expected {
  submission: Submission;
  /** How long after the sweep was to look at one of its pulses it came, milliseconds; less than 0: before. */
  lateMs: number;
  renewals: (Renewal & Pick<KeptReport, 'states'>)[];
}

/**
 * What the database said of servers and services the last time: a shortcut, never the truth. A pulse that has changed
 * meanwhile has another version, and ids are not given twice, so whatever is not so any more is found out.
 */
export interface Known {
  /** Parts a batch into what is expected only to renew pulses, and the rest. A server's submissions stay together. */
  part(batch: Submission[]): { expected: Expected[]; others: Submission[] };
  /** Whether anything is known of a service. */
  has(server: string, service: string): boolean;
  /** Notes a server, and services of it, all that share a pulse together. */
  learn(server: Omit<Server, 'id'>, services: Sighting[]): void;
}

/** What a submission says of one pulse, by slot. */
interface Beat {
  pulseId: number;
  version: number;
  states: State[];
  infos: (string | null)[];
  wakeAt: number;
  patienceMs: number;
  /** Its services, as they are known. */
  numbers: number[];
}

/** Whether a report is of now, of no run, and promises what the last one did. */
function promisesTheSame(
  seen: Pick<Sighting, 'periodSeconds' | 'graceSeconds'>,
  { periodSeconds, graceSeconds = 0, bye, running, at }: Report,
): boolean {
  if (seen.periodSeconds !== periodSeconds || seen.graceSeconds !== graceSeconds) return false;
  return bye === undefined && running === undefined && at === undefined;
}

/** `hashKey` gives the stored form of a server's key. */
export function createKnown(hashKey: (server: string, key: string) => string): Known {
  const servers = new Map<string, KnownServer>();
  const known = new KnownServices();

  function isRightKey(server: KnownServer, { name, key }: Submission['identity']): boolean {
    if (server.key) return isSame(key, server.key);
    if (!isSame(hashKey(name, key), server.keyHash)) return false;
    server.key = Buffer.from(key);
    return true;
  }

  /** Undefined unless the key is the known one, and the reports say of whole pulses what they said the last time. */
  function expect(submission: Submission): Expected | undefined {
    const { identity, ip, at, behindMs, reports, alerts, sentAt } = submission;
    const server = servers.get(identity.name);
    if (!server || server.ip !== ip || alerts.length > 0 || reports.length === 0) return undefined;
    if (sentAt !== undefined && isSkewNews(server.skewMs, at - sentAt)) return undefined;
    if (!isRightKey(server, identity)) return undefined;
    const beats = new Map<number, Beat>();
    let members = 0;
    for (const report of reports) {
      const { service, state, info } = report;
      const number = server.services.get(service);
      if (number === undefined) return undefined;
      const seen = known.get(number);
      if (seen.state !== state || !promisesTheSame(seen, report)) return undefined;
      if (report.title !== undefined && report.title !== known.titleOf(number)) return undefined;
      let beat = beats.get(seen.pulseId);
      if (!beat) {
        const { pulseId, version, wakeAt } = seen;
        beat = { pulseId, version, states: [], infos: [], wakeAt, patienceMs: patienceOf(seen), numbers: [] };
        beats.set(pulseId, beat);
        members += seen.members;
      }
      beat.states[seen.slot] = state;
      beat.infos[seen.slot] = info;
      beat.patienceMs = Math.min(beat.patienceMs, patienceOf(seen));
      beat.numbers.push(number);
    }
    if (members !== reports.length) return undefined;
    const renewals: Expected['renewals'] = [];
    let lateMs = Number.NEGATIVE_INFINITY;
    for (const beat of beats.values()) {
      lateMs = Math.max(lateMs, at - beat.wakeAt);
      renewals.push(renewalOf(beat, at, behindMs));
    }
    return { submission, lateMs, renewals };
  }

  function renewalOf(beat: Beat, at: number, behindMs: number): Expected['renewals'][number] {
    const { pulseId, version, wakeAt, patienceMs, numbers } = beat;
    const [states, infos] = [statesText(beat.states), JSON.stringify(beat.infos)];
    const bringsWakeUp = isBrought(wakeAt, at, patienceMs);
    // Noted before it is stored: should that fail, the sweep finds the wake-up where it was.
    if (bringsWakeUp) for (const number of numbers) known.noteWakeUp(number, at + patienceMs);
    return { pulseId, version, at, behindMs, bringsWakeUp, states, infos };
  }

  return {
    has: (server, service) => servers.get(server)?.services.has(service) ?? false,
    part(batch) {
      const unexpected = new Set<string>();
      const expected: Expected[] = [];
      for (const submission of batch) {
        const one = expect(submission);
        if (one) expected.push(one);
        else unexpected.add(submission.identity.name);
      }
      if (unexpected.size === 0) return { expected, others: [] };
      const isOther = ({ identity }: Submission) => unexpected.has(identity.name);
      return {
        expected: expected.filter(({ submission }) => !isOther(submission)),
        others: batch.filter(isOther),
      };
    },
    learn({ name, keyHash, ip, skewMs }, services) {
      const before = servers.get(name);
      const nothing = { ip, keyHash, skewMs, key: undefined, services: new Map<string, number>() };
      const server: KnownServer = before?.keyHash === keyHash ? before : nothing;
      server.ip = ip;
      server.skewMs = skewMs;
      for (const service of services) {
        const number = server.services.get(service.name);
        if (number === undefined) server.services.set(service.name, known.add(service));
        else known.set(number, service);
      }
      servers.set(name, server);
    },
  };
}
