import { readFileSync } from 'node:fs';

/** Put here by the bundler, since a bundle has no package.json beside it. */
declare const BUNDLED_VERSION: string | undefined;

/** The client's version, as package.json says it. */
export function version(): string {
  if (typeof BUNDLED_VERSION !== 'undefined') return BUNDLED_VERSION;
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
