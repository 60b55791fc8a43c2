import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licence of OverC, and those of the npm packages that the bundled files (`inputs`, paths) come from. */
export function licences(inputs) {
  const folders = new Set(
    inputs.flatMap((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []),
  );
  const parts = [...folders].sort().filter(isForeign).map(licenceOf);
  return [readFileSync('LICENSE', 'utf8'), ...parts].join('\n---\n\n');
}

function isForeign(folder) {
  return !/node_modules\/@overc$/.test(join(folder, '..'));
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8') : ''}`;
}
