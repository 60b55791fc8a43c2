import { httpUrl, type Identity, nameText } from '@overc/protocol';
import { UsageError } from './errors.ts';

/** How to get to a collector; that is all that reading from it takes. */
export interface Route {
  /** The collector's address, perhaps with credentials in it; never to be shown as it is. */
  server: string;
  /** Further addresses of it, tried in turn when the first does not answer. */
  others?: string[] | undefined;
  /** The address of a proxy on the way, or `none`; the environment tells when it is left out. */
  proxy?: string | undefined;
  /** Certificates (PEM) of authorities that may vouch for the collector, beside the known ones. */
  ca?: string | undefined;
}

/** Where to report, and as whom. */
export interface Connection extends Route {
  identity: Identity;
}

/** The address given with `-s`. Its text is not repeated in an error, since it may hold a password. */
export function readServer(text: string): string {
  try {
    return httpUrl(text);
  } catch (error) {
    throw new UsageError(`-s: the value ${(error as Error).message} (for example http://localhost:5000/)`);
  }
}

/** The identity given with `-i`, split at its first colon. Its text is not repeated in an error, since it holds the key. */
export function readIdentity(text: string): Identity {
  const colon = text.indexOf(':');
  if (colon < 0)
    throw new UsageError('-i: the value must be NAME:KEY, with a colon between (for example web1:1234)');
  return { name: part('name', text.slice(0, colon)), key: part('key', text.slice(colon + 1)) };
}

function part(noun: string, text: string): string {
  try {
    return nameText(text);
  } catch (error) {
    throw new UsageError(`-i: the ${noun} in NAME:KEY ${(error as Error).message} (for example web1:1234)`);
  }
}
