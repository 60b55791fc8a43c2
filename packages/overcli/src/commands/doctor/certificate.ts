import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { type ExpiryDays, judgeExpiry } from '../../checks/expiry.ts';
import { networkTrouble } from '../../checks/trouble.ts';
import { readAddress } from '../../report/address.ts';
import { trusting } from '../../report/way.ts';
import { type Destination, destinationsOf, hostPortOf } from './destinations.ts';
import { type Finding, ok, type Patient, type Probe, problem, warning } from './finding.ts';

const PATIENCE_MS = 5000;
const LIMITS: ExpiryDays = { warning: 14, critical: 3 };
const RENEW = 'have it renewed';

/** What to do about what OpenSSL and Node say of a certificate. Source: Node, "X509 certificate error codes". */
const REMEDIES: Record<string, string> = {
  CERT_HAS_EXPIRED: RENEW,
  CERT_NOT_YET_VALID: "look at this machine's clock",
  ERR_TLS_CERT_ALTNAME_INVALID: 'use the name that is in it, or have one made for this name',
};

/** Is the collector's certificate valid, vouched for, and so for some time yet? */
export const certificate: Probe = {
  name: 'certificate',
  async probe(patient) {
    const secure = destinationsOf(patient).filter(({ url }) => url.protocol === 'https:');
    return (await Promise.all(secure.map((one) => look(one, patient)))).flat();
  },
};

async function look(to: Destination, patient: Patient): Promise<Finding[]> {
  const { shown, url } = to;
  const { host, port } = hostPortOf(url);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const tunnel = to.proxy && (await openTunnel(to.proxy.url, `${url.hostname}:${port}`, signal));
    const named = isIP(host) ? {} : { servername: host };
    const way = tunnel ? { socket: tunnel, host } : { host, port };
    const trusted = trusting(patient.connection?.ca);
    const socket = connect({ ...way, ...named, ...trusted, rejectUnauthorized: false });
    await once(socket, 'secureConnect', { signal }).finally(() => socket.on('error', () => {}));
    const { valid_from: validFrom, valid_to: validTo } = socket.getPeerCertificate();
    const { authorized, authorizationError } = socket;
    socket.destroy();
    const { state, text } = judgeExpiry({ name: 'it', validFrom, validTo }, LIMITS, patient.clock.wall());
    if (!authorized) return [refused(shown, String(authorizationError))];
    const found = `the certificate of ${shown} is accepted, and ${text}`;
    return [state === 'OK' ? ok(found) : state === 'WARN' ? warning(found, RENEW) : problem(found, RENEW)];
  } catch (error) {
    patient.unreachable.add(shown);
    const why = signal.aborted ? 'no answer in time' : networkTrouble(error);
    return [problem(`${shown} does not speak TLS with us: ${why}`, 'is it http:// there, or another port?')];
  }
}

function refused(shown: string, code: string): Finding {
  const advice = REMEDIES[code] ?? 'name its authority in ca-file or NODE_EXTRA_CA_CERTS';
  return problem(`the certificate of ${shown} is not accepted (${code})`, advice);
}

/** Has a proxy open a way to `target`. Source: RFC 9110, 9.3.6. */
async function openTunnel(proxy: string, target: string, signal: AbortSignal): Promise<Socket> {
  const { url, authorization } = readAddress(proxy);
  // What a bundle imports statically is loaded by every command.
  const { request: open } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
  const headers = { host: target, ...(authorization && { 'proxy-authorization': authorization }) };
  const asked: ClientRequest = open({ ...hostPortOf(url), method: 'CONNECT', path: target, headers, signal });
  asked.end();
  const [answer, socket] = (await once(asked, 'connect', { signal })) as [{ statusCode: number }, Socket];
  if (answer.statusCode !== 200) {
    socket.destroy();
    throw new Error(`the proxy answered ${answer.statusCode}`);
  }
  return socket;
}
