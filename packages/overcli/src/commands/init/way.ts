import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { httpUrl, nameText } from '@overc/protocol';
import type { Connection } from '../../connection.ts';
import { UsageError } from '../../errors.ts';
import type { Flags } from '../../flags.ts';
import { readAddress } from '../../report/address.ts';
import { CollectorError, mayBeTakenLater } from '../../report/errors.ts';
import { withClient } from '../../report/with-client.ts';
import { readCaFile } from '../../sources/files.ts';
import { type Asker, stopped } from './asker.ts';
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

type Way = Omit<Connection, 'identity'>;

export interface FoundWay {
  connection: Connection;
  /** A file with the certificate of the collector's authority, when one was named. */
  caFile: string | undefined;
}

/** Where to report and as whom: what the command line says, what somebody answers, or what is proposed. Each is tried at once. */
export async function findWay(options: WayOptions): Promise<FoundWay> {
  const { asker, out, err } = options;
  requireStorable(options.flags.identity);
  const server = await findServer(options);
  const isThere = server.failure === undefined;
  for (let isFirst = true; ; isFirst = false) {
    const identity = await findIdentity(options, isFirst);
    const connection = { ...server.way, identity };
    const failure = isThere ? await tryPing(connection) : undefined;
    if (!failure) {
      if (isThere) out(`  ${readAddress(connection.server).shown} takes the key of ${identity.name}.\n`);
      return { connection, caFile: server.caFile };
    }
    const isFinal = !mayBeTakenLater(failure);
    if (isFinal && (!asker || options.flags.identity)) throw failure;
    if (!asker) err(`${failure.message}\n`);
    else out(`  ${failure.message}\n`);
    if (!isFinal) return { connection, caFile: server.caFile };
  }
}

/** A line of a settings file is trimmed, and ends. Throws UsageError that repeats no key. */
function requireStorable(identity: Connection['identity'] | undefined): void {
  if (identity && Object.values(identity).some((text) => text !== text.trim() || /[\r\n]/.test(text)))
    throw new UsageError(
      '-i: name and key must have no line breaks, and no space at their ends: a settings file cannot hold them',
    );
}

interface FoundServer {
  way: Way;
  caFile: string | undefined;
  /** Why it could not be reached. */
  failure?: CollectorError;
}

async function findServer(options: WayOptions): Promise<FoundServer> {
  const { flags, before, asker, out, err } = options;
  const known = flags.server ?? before.way.servers?.[0];
  if (!asker && known === undefined)
    throw new UsageError('-s is missing; add -s http://mon.example.com:5000/, the address of the collector');
  for (;;) {
    const server =
      flags.server ??
      (asker ? await asker.ask("The collector's address", proposalOf(known)) : (known as string));
    const found = await reach({ server, proxy: before.way.proxy, ca: before.way.ca }, options);
    if (!found.failure) return found;
    if (!asker) err(`${found.failure.message}\n`);
    if (!asker || (await asker.confirm('Take this address all the same?', false))) return found;
    if (flags.server) throw stopped();
    out('\n');
  }
}

/** Tries an address, and again with each authority that somebody names for its certificate. */
async function reach(first: Way, { asker, out }: WayOptions): Promise<FoundServer> {
  let way = first;
  let caFile: string | undefined;
  for (;;) {
    const failure = await tryAddress(way);
    if (!failure) return { way, caFile };
    if (asker) out(`  ${failure.message}\n`);
    if (!asker || !failure.message.includes('certificate is not accepted')) return { way, caFile, failure };
    const authority = await asker.ask('A file with the certificate of its authority (PEM), if you have one', {
      proposal: '',
      read: readAuthority,
    });
    if (!authority) return { way, caFile, failure };
    caFile = authority.file;
    way = { ...way, ca: authority.ca };
  }
}

function readAuthority(answer: string): { file: string; ca: string } | undefined {
  if (answer === '') return undefined;
  const file = resolve(answer);
  return { file, ca: readCaFile(file) };
}

/** Its password is not shown. */
function proposalOf(known = USUAL_SERVER) {
  return { proposal: known, shown: readAddress(known).shown, read: readServer };
}

/** An address as people type it, also without http://. */
function readServer(text: string): string {
  return httpUrl(text.includes('://') ? text : `http://${text}`);
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
async function tryAddress(way: Way): Promise<CollectorError | undefined> {
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
