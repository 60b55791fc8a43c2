import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { licences } from './licences.mjs';
import { manualPage } from './manual.mjs';
import { manifest } from './release.mjs';
import { bundleScript } from './script.mjs';

/** Makes overcli-VERSION.tgz in the folder `out`: the bundled script, which depends on no other package. */
export async function bundleNpmPackage(out) {
  const work = mkdtempSync(join(tmpdir(), 'overcli-npm-'));
  try {
    const contents = { type: 'module', bin: { overcli: 'overcli.mjs' }, man: 'overcli.1' };
    writeFileSync(join(work, 'package.json'), JSON.stringify({ ...manifest(), ...contents }, undefined, 2));
    const inputs = await bundleScript(join(work, 'overcli.mjs'), 'module');
    writeFileSync(join(work, 'LICENSE'), licences(inputs));
    writeFileSync(join(work, 'overcli.1'), manualPage());
    execFileSync('npm', ['pack', work, '--pack-destination', out, '--silent'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(work, { recursive: true });
  }
}
