import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualPage } from './manual.mjs';
import { manifest } from './release.mjs';

/** Makes overcli-VERSION.tgz in the folder `out` of the bundled script; it depends on no other package. */
export function bundleNpmPackage(out, script) {
  const work = mkdtempSync(join(tmpdir(), 'overcli-npm-'));
  try {
    const contents = { type: 'module', bin: { overcli: 'overcli.mjs' }, man: 'overcli.1' };
    writeFileSync(join(work, 'package.json'), JSON.stringify({ ...manifest(), ...contents }, undefined, 2));
    copyFileSync(script, join(work, 'overcli.mjs'));
    copyFileSync('LICENSE', join(work, 'LICENSE'));
    writeFileSync(join(work, 'overcli.1'), manualPage());
    execFileSync('npm', ['pack', work, '--pack-destination', out, '--silent'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(work, { recursive: true });
  }
}
