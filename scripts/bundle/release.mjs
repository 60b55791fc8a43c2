import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

const MANIFEST = 'packages/overcli/package.json';

/** What overcli's package.json says of it: {name, version, description, license, engines}. */
export function manifest() {
  const { name, version, description, license, engines } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  return { name, version, description, license, engines };
}

/** The moment that everything made of this checkout carries, in seconds: SOURCE_DATE_EPOCH, or that of the last commit, or of its manifest where there is no history. */
export function releaseSeconds() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined) {
    if (!/^\d{1,12}$/.test(given)) throw new Error('SOURCE_DATE_EPOCH must be a number of seconds.');
    return Number(given);
  }
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : Math.floor(statSync(MANIFEST).mtimeMs / 1000);
}

/** The same as a date: 2026-11-22. */
export function releaseDate() {
  return new Date(releaseSeconds() * 1000).toISOString().slice(0, 10);
}
