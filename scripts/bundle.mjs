// npm run bundle [-- script executable npm deb]: makes what people install of the client, in out/. All of it unless named.
import { mkdirSync } from 'node:fs';
import { bundleDebianPackage } from './bundle/debian.mjs';
import { bundleExecutable } from './bundle/executable.mjs';
import { bundleNpmPackage } from './bundle/npm.mjs';
import { bundleScript } from './bundle/script.mjs';

process.chdir(new URL('..', import.meta.url).pathname);

const OUT = 'out';
const MAKERS = {
  script: () => bundleScript(`${OUT}/overcli.mjs`, 'module'),
  executable: () => bundleExecutable(`${OUT}/overcli`),
  npm: () => bundleNpmPackage(OUT),
  deb: () => bundleDebianPackage(OUT, `${OUT}/overcli`),
};

const asked = process.argv.slice(2);
const strange = asked.find((name) => !Object.hasOwn(MAKERS, name));
if (strange) {
  console.error(`There is no ${strange} to make; there are ${Object.keys(MAKERS).join(', ')}.`);
  process.exit(2);
}
const wanted = asked.length > 0 ? asked : Object.keys(MAKERS);
mkdirSync(OUT, { recursive: true });
try {
  for (const [name, make] of Object.entries(MAKERS))
    if (wanted.includes(name) || (name === 'executable' && wanted.includes('deb'))) await make();
} catch (error) {
  console.error(`npm run bundle: ${error.message}`);
  process.exit(1);
}
