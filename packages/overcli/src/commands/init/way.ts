import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { httpUrl, nameText } from '@overc/protocol';
import type { Connection } from '../../connection.ts';
import { UsageError } from '../../errors.ts';
import type { Flags } from '../../flags.ts';
import { readAddress } from '../../report/address.ts';
import { CollectorError, mayBeTakenLater } from '../../report/errors.ts';
import { withClient } from '../../report/with-client.ts';
import type { Asker } from './asker.ts';
import type { Before } from './before.ts';

const USUAL_SERVER = 'http://127.0.0.1:5000/';
const PATIENCE_MS = 5000;
/** 24 characters. */
const KEY_BYTES = 18;

export interface WayOptions {
  flags: Flags;
  before: Before;
  /** Nobody is asked when there is none. */
  asker: Asker | undefined;
  out: (text: string) => void;
  err: (text: string) => void;
}

/** Where to report and as whom: what the command line says, what somebody answers, or what is proposed. Each is tried at once. */
export async function findWay(options: WayOptions): Promise<Connection> {
  const { asker, out, err } = options;
  requireStorable(options.flags.identity);
  const server = await findServer(options);
  const isThere = server.failure === undefined;
  for (let isFirst = true; ; isFirst = false) {
    const identity = await findIdentity(options, isFirst);
    const connection = { ...connectionTo(server.url, options), identity };
    const failure = isThere ? await tryPing(connection) : undefined;
    if (!failure) {
      if (isThere) out(`  ${readAddress(server.url).shown} takes the key of ${identity.name}.\n`);
      return connection;
    }
    const isFinal = !mayBeTakenLater(failure);
    if (isFinal && (!asker || options.flags.identity)) throw failure;
    if (!asker) err(`${failure.message}\n`);
    else out(`  ${failure.message}\n`);
    if (!isFinal) return connection;
  }
}

/** A line of a settings file is trimmed, and ends. Throws UsageError that repeats no key. */
function requireStorable(identity: Connection['identity'] | undefined): void {
  if (identity && Object.values(identity).some((text) => text !== text.trim() || /[\r\n]/.test(text)))
    throw new UsageError(
      '-i: name and key must have no line breaks, and no space at their ends: a settings file cannot hold them',
    );
}

async function findServer(options: WayOptions): Promise<{ url: string; failure?: CollectorError }> {
  const { flags, before, asker, out, err } = options;
  const known = flags.server ?? before.way.servers?.[0];
  if (!asker && known === undefined)
    throw new UsageError('-s is missing; add -s http://mon.example.com:5000/, the address of the collector');
  for (;;) {
    const url =
      flags.server ??
      (asker ? await asker.ask("The collector's address", proposalOf(known)) : (known as string));
    const failure = await tryAddress(connectionTo(url, options));
    if (!failure) return { url };
    if (asker) out(`  ${failure.message}\n`);
    else err(`${failure.message}\n`);
    if (!asker || (await asker.confirm('Take this address all the same?', false))) return { url, failure };
    if (flags.server) throw new Error('stopped; nothing was written');
  }
}

/** Its password is not shown. */
function proposalOf(known = USUAL_SERVER) {
  return { proposal: known, shown: readAddress(known).shown, read: readServer };
}

/** An address as people type it, also without http://. */
function readServer(text: string): string {
  return httpUrl(text.includes('://') ? text : `http://${text}`);
}

function connectionTo(server: string, { before }: WayOptions): Omit<Connection, 'identity'> {
  const { proxy, ca } = before.way;
  return { server, proxy, ca };
}

async function findIdentity(
  { flags, before, asker }: WayOptions,
  isFirst: boolean,
): Promise<Connection['identity']> {
  if (flags.identity) return flags.identity;
  const name = before.way.name ?? hostname();
  const isKept = isFirst && before.way.key !== undefined;
  const key = isKept ? (before.way.key as string) : newKey();
  if (!asker) return { name, key };
  const shown = isKept ? 'the one that it has' : 'a new one, by chance';
  return {
    name: await asker.ask("This server's name", { proposal: name, read: nameText }),
    key: await asker.ask('Its key, which only it and the collector know', {
      ...{ proposal: key, shown, read: nameText, isSecret: true },
    }),
  };
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

/** Asks without a name: a collector refuses that, and nobody becomes known to it. */
async function tryAddress(way: Omit<Connection, 'identity'>): Promise<CollectorError | undefined> {
  const failure = await tryPing({ ...way, identity: { name: '', key: newKey() } });
  return failure?.status === 400 && failure.message.includes('server.name') ? undefined : failure;
}

async function tryPing(connection: Connection): Promise<CollectorError | undefined> {
  try {
    await withClient(connection, { patienceMs: PATIENCE_MS }, (client) => client.ping());
    return undefined;
  } catch (error) {
    if (error instanceof CollectorError) return error;
    throw error;
  }
}
