import type { Connection } from '../connection.ts';

/** A proxy on the way to a collector. */
export interface ProxyServer {
  /** Its address, perhaps with credentials in it. */
  url: string;
  /** Who names it. */
  source: string;
}

/** What stands for a proxy when there is to be none. */
export const DIRECT = 'none';
const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/**
 * The proxy through which requests to `server` go; undefined when they go straight. It tells what the dispatcher of way.ts
 * does; source of the rules: undici, EnvHttpProxyAgent.
 */
export function proxyFor(
  server: string,
  { proxy }: Pick<Connection, 'proxy'>,
  env: NodeJS.ProcessEnv,
): ProxyServer | undefined {
  if (proxy !== undefined) return proxy === DIRECT ? undefined : { url: proxy, source: 'the file' };
  const url = new URL(server);
  const [secure, plain] = ['https_proxy', 'http_proxy'].map((name) => set(name, env));
  const source = (url.protocol === 'https:' ? secure : undefined) ?? plain;
  if (source === undefined || isExcepted(url, env.no_proxy ?? env.NO_PROXY ?? '')) return undefined;
  return { url: env[source] as string, source };
}

/** Under which of its two names a variable is set; the one in small letters counts first, also when it is empty. */
function set(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const used = [name, name.toUpperCase()].find((one) => env[one] !== undefined);
  return used !== undefined && env[used] !== '' ? used : undefined;
}

/** Whether NO_PROXY names the host: itself, or a domain that it is in, with its port or without. */
function isExcepted({ protocol, hostname, port }: URL, noProxy: string): boolean {
  if (noProxy === '*') return true;
  const ownPort = Number(port) || PORTS[protocol];
  return noProxy.split(/[,\s]+/).some((entry) => {
    if (entry === '') return false;
    const [, host = entry, only] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const domain = host.replace(/^\*?\./, '').toLowerCase();
    if (only !== undefined && Number(only) !== ownPort) return false;
    return hostname === domain || hostname.endsWith(`.${domain}`);
  });
}
