import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { nameText, SettingsError } from '@overc/protocol';

const READ_ERRORS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a folder',
};

/** A file's text. Throws SettingsError. */
export function readText(file: string): string {
  const bytes = readBytes(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SettingsError('is not valid UTF-8; save it in that encoding');
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SettingsError(`cannot be read: ${READ_ERRORS[code ?? ''] ?? message}`);
  }
}

/** Puts the file's name before a SettingsError that `read` throws. */
export function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SettingsError) throw new SettingsError(`${file}: ${error.message}`);
    throw error;
  }
}

/** A key that a file holds, without the line's end. Throws SettingsError. */
export function readKeyFile(file: string): string {
  return naming(file, () => {
    const key = readText(file).trim();
    try {
      return nameText(key);
    } catch (error) {
      throw new SettingsError(`the key in it ${(error as Error).message}`);
    }
  });
}

/** A file of certificates in PEM. Throws SettingsError. */
export function readCaFile(file: string): string {
  return naming(file, () => {
    const text = readText(file);
    try {
      new X509Certificate(text);
    } catch {
      throw new SettingsError('holds no certificate in PEM (-----BEGIN CERTIFICATE-----)');
    }
    return text;
  });
}

/**
 * The files that `pattern` names, sorted, relative to `folder`. In its last part `*` stands for any characters and `?` for
 * one, and neither for a dot at the beginning, as in a shell; without them it names one file, which must be there.
 */
export function findFiles(pattern: string, folder: string): string[] {
  const path = resolve(folder, pattern);
  if (!/[*?]/.test(basename(path))) return [path];
  const expression = basename(path)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const isNamed = new RegExp(`^(?!\\.)${expression}$`, 's');
  const names = namesIn(dirname(path)).filter((name) => isNamed.test(name));
  return names.sort().map((name) => join(dirname(path), name));
}

/** A folder that is not there holds nothing: whoever fills it may come later. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new SettingsError(`${folder}: cannot be read: ${READ_ERRORS[code ?? ''] ?? message}`);
  }
}
