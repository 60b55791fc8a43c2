// Compiles TypeScript (only what changed), copies the pages' templates and assets beside the compiled code, and bundles
// the client into one file, which starts four times as fast.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { bundleScript } from './bundle/script.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
try {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { stdio: 'inherit' });
} catch {
  process.exit(1); // the compiler has said why
}
for (const folder of ['views', 'public']) {
  const target = `packages/server/dist/src/web/${folder}`;
  rmSync(target, { recursive: true, force: true });
  cpSync(`packages/server/src/web/${folder}`, target, { recursive: true });
}
await bundleScript('packages/overcli/dist/overcli.mjs', 'module');
