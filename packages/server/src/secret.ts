import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SettingsError } from '@overc/protocol';
import type { Knex } from 'knex';
import { keepFirstMeta, loadMeta } from './store/meta.ts';

const SECRET_BYTES = 32;
const CHECK = 'secret-check';

/** Stores a key as HMAC-SHA-256 (RFC 2104) under a secret; the server's name in it keeps equal keys from looking equal. */
export type HashKey = (server: string, key: string) => string;

/**
 * The secret in `file`, made there on the first start. Throws SettingsError when it is not the one
 * that the database's keys were stored under, since every server would then be refused.
 */
export async function openSecret(db: Knex, file: string): Promise<HashKey> {
  const expected = await loadMeta(db, CHECK);
  const secret = readSecret(file) ?? (expected === undefined ? makeSecret(file) : missing(file));
  const check = hmac(secret, CHECK);
  if ((await keepFirstMeta(db, CHECK, check)) !== check)
    throw new SettingsError(
      `secret-file: ${file} is not the secret that this database’s keys were stored under; copy that of the other collector, or of the backup`,
    );
  return (server, key) => hmac(secret, `${server}\0${key}`);
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

function readSecret(file: string): string | undefined {
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new SettingsError(`secret-file: ${file} cannot be read (${code})`);
  }
  if (secret.length < SECRET_BYTES)
    throw new SettingsError(`secret-file: ${file} must hold at least ${SECRET_BYTES} characters`);
  return secret;
}

/** Written beside and linked into place, so that of two collectors that start at once both read the same whole secret. */
function makeSecret(file: string): string {
  const draft = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(draft, `${randomBytes(SECRET_BYTES).toString('hex')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readSecret(file) as string;
}

function missing(file: string): never {
  throw new SettingsError(
    `secret-file: ${file} is missing, and this database’s keys were stored under one; copy it from the other collector, or from the backup`,
  );
}
