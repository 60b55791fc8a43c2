import { PATHS } from '@overc/protocol';
import { request } from 'undici';
import type { Clock } from '../clock.ts';
import type { PeerConfig } from '../config.ts';
import type { Log } from '../log.ts';
import type { Condition, Readiness } from '../monitor/readiness.ts';
import { createLoop, type Job } from './loop.ts';

const EVERY_MS = 10_000;
/** Two reports may be lost before the peer raises an alert. */
const PERIOD_SECONDS = 30;
const PATIENCE_MS = 5_000;
/** What the peer knows us by, beside our name as the server. */
const SERVICE = 'collector';

export interface PeerOptions {
  peer: PeerConfig;
  /** The collector's own name. */
  name(): string;
  readiness: Readiness;
  clock: Clock;
  log: Log;
}

/** Reports how this collector fares to another one, which raises an alert when it hears nothing any more. */
export function createPeer({ peer, name, readiness, clock, log }: PeerOptions): Job {
  const stopping = new AbortController();

  async function work(now: number): Promise<number> {
    const services = [{ name: SERVICE, ...stateOf(await readiness()) }];
    const body = { server: { name: name(), key: peer.key }, period: PERIOD_SECONDS, services };
    await post(new URL(PATHS.status, peer.url), body, stopping.signal);
    return now + EVERY_MS;
  }

  const loop = createLoop({
    name: `report to peer ${peer.name}`,
    clock,
    log,
    longestSleepMs: EVERY_MS,
    work,
  });
  return {
    ...loop,
    stop() {
      stopping.abort();
      return loop.stop();
    },
  };
}

function stateOf({ problem, warnings }: Condition): { state: string; info: string } {
  if (problem !== undefined) return { state: 'ERR', info: [problem, ...warnings].join('; ') };
  return warnings.length > 0
    ? { state: 'WARN', info: warnings.join('; ') }
    : { state: 'OK', info: 'listening' };
}

/** Rejects with an Error that names the address when it is not stored there. */
async function post(url: URL, body: object, stopping: AbortSignal): Promise<void> {
  // Not `fetch`, which refuses some ports: https://fetch.spec.whatwg.org/#port-blocking
  const answer = await request(url, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.any([stopping, AbortSignal.timeout(PATIENCE_MS)]),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200)
    throw new Error(`${url} answers ${answer.statusCode}: ${text.slice(0, 200)}`);
}
