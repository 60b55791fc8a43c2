import { splitWords } from '@overc/command';
import { duration, httpUrl, nameText, type Options, oneOf, text } from '@overc/protocol';
import proxyAddr from 'proxy-addr';
import { DAY_MS } from './clock.ts';
import { LOG_LEVELS } from './log.ts';

/** Where the database is: a file of our own, or a MariaDB or MySQL server. */
export type DatabaseUrl =
  | { kind: 'sqlite'; file: string }
  | { kind: 'mysql'; host: string; port: number; user: string; password: string; name: string };

/** Every `[overc]` option. `docs/settings.md` is generated from here. */
export const OVERC_OPTIONS = {
  database: {
    read: readDatabaseUrl,
    help: 'The database: an SQLite file, which one collector owns, or a MariaDB or MySQL database, which several share. In a settings file a relative path counts from that file’s folder.',
    example: 'mysql://overc:secret@db.example.com:3306/overc',
    fallback: 'sqlite://data/overc.db',
    secret: true,
  },
  name: {
    read: nameText,
    help: 'What this collector is called among others on the same database.',
    example: 'berlin',
    fallback: 'the machine’s name and the port',
  },
  listen: {
    read: readListen,
    help: 'Address and port of the pages and the API.',
    example: '0.0.0.0:5000',
    fallback: '127.0.0.1:5000',
  },
  loglevel: {
    read: oneOf(...LOG_LEVELS),
    help: `How much is logged to standard output: ${LOG_LEVELS.join(', ')}.`,
    example: 'debug',
    fallback: 'info',
  },
  'base-url': {
    read: httpUrl,
    help: 'The address at which people and machines reach this collector, when a proxy stands in front of it. Shown on the pages and given to alert commands.',
    example: 'https://mon.example.com/',
    fallback: 'the listening address',
  },
  'keep-reports': {
    read: duration(0),
    help: 'How long single reports are kept with their infos; 0 for none.',
    example: '12h',
    fallback: '24h',
  },
  'keep-history': {
    read: duration(DAY_MS),
    help: 'How long the history of states is kept.',
    example: '90d',
    fallback: '1y',
  },
  'keep-alerts': {
    read: duration(DAY_MS),
    help: 'How long alerts and what became of their deliveries are kept.',
    example: '90d',
    fallback: '1y',
  },
  'max-body': {
    read: readSize,
    help: 'The largest request body that is read; a larger one is answered with 413.',
    example: '4MiB',
    fallback: '1MiB',
  },
  'secret-file': {
    read: text,
    help: 'The file that holds the secret under which server keys are stored; made on the first start. Collectors that share a database need the same one.',
    example: '/etc/overc/overc.secret',
    fallback: 'overc.secret beside the SQLite file, or beside the settings file for MariaDB',
  },
  'trust-proxy': {
    read: readTrustProxy,
    help: 'Addresses or networks of the reverse proxies whose X-Forwarded-For is believed.',
    example: 'loopback, 10.0.0.0/8',
    fallback: 'none',
  },
} satisfies Options;

/** Every option of an `[alert:<name>]` section. */
export const ALERT_OPTIONS = {
  command: {
    read: splitWords,
    help: 'The command that delivers an alert. It runs without a shell, in the settings file’s folder, with the alert’s text on standard input; exit code 0 means delivered.',
    example: './alert.d/mail.sh ops@example.com',
  },
  timeout: {
    read: duration(100),
    help: 'How long the command may take before it is killed, with all its children.',
    example: '10s',
    fallback: '30s',
  },
  'retry-for': {
    read: duration(0),
    help: 'How long a failing delivery is tried again, with growing pauses; 0 for a single attempt.',
    example: '1h',
    fallback: '24h',
  },
} satisfies Options;

/** Every option of a `[peer:<name>]` section. */
export const PEER_OPTIONS = {
  url: {
    read: httpUrl,
    help: 'The address of the other collector.',
    example: 'https://mon2.example.com/',
  },
  key: {
    read: nameText,
    help: 'The key that this collector sends there. The first one that comes with its name is the one that counts.',
    example: 'a long random word',
    secret: true,
  },
} satisfies Options;

/** Every option of a `[status:<slug>]` section. */
export const STATUS_OPTIONS = {
  title: {
    read: nameText,
    help: 'What the page is called.',
    example: 'Our services',
  },
  services: {
    read: readEntries,
    help: 'What it shows, separated by commas: `SERVER/SERVICE`, both named exactly, and perhaps `as` and what the public calls it.',
    example: 'web1/http as Shop, db1/mysql',
  },
} satisfies Options;

/** A service on a public page. */
export interface StatusEntry {
  server: string;
  service: string;
  /** What the public calls it. */
  name: string;
}

const MOST_ENTRIES = 50;

function readEntries(value: string): StatusEntry[] {
  const entries = text(value)
    .split(',')
    .map((part) => readEntry(part.trim()));
  if (entries.length > MOST_ENTRIES) throw new Error(`must name at most ${MOST_ENTRIES} services`);
  return entries;
}

/** The first slash parts the names: services are often called after a path, servers hardly ever. */
function readEntry(part: string): StatusEntry {
  const match = /^([^/]+)\/(.+?)(?:\s+as\s+(\S.*))?$/s.exec(part);
  if (!match) throw new Error('must be SERVER/SERVICE or SERVER/SERVICE as NAME, separated by commas');
  const [server, service] = [match[1] as string, match[2] as string];
  return { server, service, name: nameText(match[3] ?? service) };
}

function readDatabaseUrl(value: string): DatabaseUrl {
  const sqlite = /^sqlite:\/\/(.+)$/.exec(value);
  if (sqlite) return { kind: 'sqlite', file: sqlite[1] as string };
  const url = /^(mysql|mariadb):\/\//.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  const name = url ? decodeURIComponent(url.pathname.slice(1)) : '';
  if (!url?.hostname || !name)
    throw new Error('must be sqlite://FILE or mysql://USER:PASSWORD@HOST:PORT/NAME');
  return {
    kind: 'mysql',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port ? Number(url.port) : 3306,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    name,
  };
}

/** What can stand in an address as it is. */
export function slugText(value: string): string {
  if (!/^[a-z0-9-]{1,64}$/.test(value))
    throw new Error('must be made of small letters, digits and dashes, 64 at the most');
  return value;
}

const HIGHEST_PORT = 65535;

export function readListen(value: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(value);
  if (!match) throw new Error('must be HOST:PORT');
  const port = Number(match[3]);
  if (port > HIGHEST_PORT) throw new Error(`must have a port up to ${HIGHEST_PORT}`);
  return { host: (match[1] ?? match[2]) as string, port };
}

const UNIT_BYTES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2 };

export function readSize(value: string): number {
  const match = /^(\d{1,12})\s*(B|KiB|MiB)?$/.exec(value);
  if (!match) throw new Error('must be a size: a number and B, KiB or MiB');
  const bytes = Number(match[1]) * (UNIT_BYTES[match[2] ?? 'B'] as number);
  if (bytes < 1024 || bytes > 256 * 1024 ** 2) throw new Error('must be from 1KiB to 256MiB');
  return bytes;
}

function readTrustProxy(value: string): (address: string, hop: number) => boolean {
  try {
    return proxyAddr.compile(value.split(',').map((part) => part.trim()));
  } catch {
    throw new Error('must be addresses or networks, separated by commas');
  }
}
