import type { ExpectedReport } from '../store/steady.ts';
import { isSame } from './same.ts';
import type { Submission } from './submission.ts';

interface KnownServer {
  ip: string | null;
  key: string;
  /** Ids by name. */
  services: Map<string, number>;
}

/** A submission that is expected to change nothing, and what it says by id. */
export interface Expected {
  submission: Submission;
  reports: ExpectedReport[];
}

/**
 * What the database said of servers and services the last time: a shortcut to ids, never the truth.
 * An id that is gone matches no row, and ids are not given twice, so whatever has changed meanwhile is found out.
 */
export interface Known {
  /** Parts a batch into what is expected to change nothing, and the rest. A server's submissions stay together. */
  part(batch: Submission[]): { expected: Expected[]; others: Submission[] };
  learn(submission: Submission, services: Iterable<[name: string, id: number]>): void;
}

export function createKnown(): Known {
  const servers = new Map<string, KnownServer>();

  /** Undefined unless the key is the known one, and every service is known and not heard of in this batch yet. */
  function recall(
    { identity, ip, at, reports, alerts }: Submission,
    seen: Set<number>,
  ): ExpectedReport[] | undefined {
    const server = servers.get(identity.name);
    if (
      !server ||
      server.ip !== ip ||
      alerts.length > 0 ||
      reports.length === 0 ||
      !isSame(identity.key, server.key)
    )
      return undefined;
    const expected: ExpectedReport[] = [];
    for (const { service, state, info, periodSeconds } of reports) {
      const serviceId = server.services.get(service);
      if (serviceId === undefined || seen.has(serviceId)) return undefined;
      seen.add(serviceId);
      expected.push({ serviceId, at, state, info, periodSeconds });
    }
    return expected;
  }

  return {
    part(batch) {
      const seen = new Set<number>();
      const unexpected = new Set<string>();
      const expected: Expected[] = [];
      for (const submission of batch) {
        const reports = recall(submission, seen);
        if (reports) expected.push({ submission, reports });
        else unexpected.add(submission.identity.name);
      }
      if (unexpected.size === 0) return { expected, others: [] };
      const isOther = ({ identity }: Submission) => unexpected.has(identity.name);
      return {
        expected: expected.filter(({ submission }) => !isOther(submission)),
        others: batch.filter(isOther),
      };
    },
    learn({ identity, ip }, services) {
      const known = servers.get(identity.name);
      const server =
        known?.key === identity.key ? known : { ip, key: identity.key, services: new Map<string, number>() };
      server.ip = ip;
      for (const [name, id] of services) server.services.set(name, id);
      servers.set(identity.name, server);
    },
  };
}
