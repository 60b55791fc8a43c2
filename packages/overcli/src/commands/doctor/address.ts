import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { showAddress } from '../../checks/address.ts';
import { networkTrouble } from '../../checks/trouble.ts';
import { readAddress } from '../../report/address.ts';
import { networkError } from '../../report/network-error.ts';
import { type Destination, destinationsOf, hostPortOf } from './destinations.ts';
import { type Finding, fromMessage, ok, type Patient, type Probe, warning } from './finding.ts';

/** A machine that has not accepted a connection by then is taken for one that does not. */
const PATIENCE_MS = 3000;

/** Do the collector's names resolve, and does somebody listen at each of the addresses? */
export const address: Probe = {
  name: 'address',
  async probe(patient) {
    const destinations = destinationsOf(patient);
    const all = await Promise.all(destinations.map((one) => reach(one, patient)));
    const isOneWell = destinations.some(({ shown }) => !patient.unreachable.has(shown));
    // One of several will do, so that another is away is no problem yet.
    const findings = all.flat().filter(isFirst);
    return findings.map((one) => (isOneWell && one.mark === 'problem' ? { ...one, mark: 'warning' } : one));
  },
};

/** Two addresses behind one proxy begin with the same way. */
function isFirst({ text }: Finding, index: number, all: Finding[]): boolean {
  return all.findIndex((other) => other.text === text) === index;
}

/** One try to connect. */
interface Knock {
  ip: string;
  ms: number;
  error: Error | undefined;
}

async function reach({ url, shown, proxy }: Destination, patient: Patient): Promise<Finding[]> {
  const next = proxy ? readAddress(proxy.url) : { url, shown };
  const { host, port } = hostPortOf(next.url);
  const isAway = (error: unknown): Finding[] => {
    patient.unreachable.add(shown);
    const through = proxy ? ` through ${next.shown}` : '';
    return [fromMessage('problem', networkError(error, `${shown}${through}`).message)];
  };
  let ips: string[];
  try {
    ips = isIP(host) ? [host] : await resolveName(host);
  } catch (error) {
    return isAway(error);
  }
  const knocks = await Promise.all(ips.map((ip) => knock(ip, port, patient)));
  const open = knocks.filter(({ error }) => error === undefined);
  if (open.length === 0) return isAway(knocks[0]?.error);
  const names = open.map(({ ip, ms }) => `${showAddress(ip, port)} in ${Math.ceil(ms)} ms`).join(', ');
  return [
    ok(`${next.shown} connects: ${names}`),
    ...knocks.flatMap(({ ip, error }) => (error ? [halfOpen(next.shown, ip, error)] : [])),
  ];
}

/** The name service itself is more patient than people are. */
async function resolveName(host: string): Promise<string[]> {
  const late = once(AbortSignal.timeout(PATIENCE_MS), 'abort').then(() => {
    throw Object.assign(new Error('no answer in time'), { code: 'EAI_AGAIN' });
  });
  const found = await Promise.race([dns.lookup(host, { all: true }), late]);
  return found.map(({ address: ip }) => ip);
}

function halfOpen(shown: string, ip: string, error: Error): Finding {
  const text = `${shown} is also ${ip}, which does not connect: ${networkTrouble(error)}`;
  return warning(text, 'repair that way, or take it out of the name service');
}

async function knock(ip: string, port: number, { clock }: Patient): Promise<Knock> {
  const startedAt = clock.now();
  const socket = connect({ host: ip, port });
  const failure = await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
    () => undefined,
    (error: Error) => error,
  );
  socket.on('error', () => {}).destroy();
  return { ip, ms: clock.now() - startedAt, error: failure && timedOut(failure) };
}

/** What aborted is a time that was over. */
function timedOut(error: Error): Error {
  return error.name === 'AbortError' ? Object.assign(error, { code: 'ETIMEDOUT' }) : error;
}
