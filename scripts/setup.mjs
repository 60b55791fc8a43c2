// Installs and builds what this checkout needs, and does nothing when nothing changed.
// With --for-tests it also provides what the tests need beyond npm: MariaDB, Chromium, cron and more.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { provideTestPrograms } from './test-programs.mjs';

const LEAST_NODE = [20, 19];
/** From this version of Node-API on (Node 22.14) the driver comes ready-made inside its package. */
const NODE_API_OF_READY_DRIVER = 10;
const STAMP = 'node_modules/.overc-setup';

process.chdir(new URL('..', import.meta.url).pathname);
checkNode();
install();
await import('./build.mjs');
if (process.argv.includes('--for-tests')) provideTestPrograms();

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  console.error(`OverC needs Node ${LEAST_NODE.join('.')} or newer; this is ${process.version}.`);
  process.exit(2);
}

/** The lock file and the Node version together decide what node_modules must hold (native modules depend on both). */
function install() {
  const wanted = createHash('sha256')
    .update(readFileSync('package-lock.json'))
    .update(`${process.platform} ${process.arch} ${process.versions.modules}`)
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  console.log(
    'Installing packages, once and after they change; on Node 20 the database driver may be compiled …',
  );
  const options = ['--no-audit', '--no-fund', '--loglevel=error'];
  // The one install script compiles the driver that only an older Node needs: see docs/adr/0008.
  if (Number(process.versions.napi) >= NODE_API_OF_READY_DRIVER) options.push('--ignore-scripts');
  execFileSync('npm', ['ci', ...options], { stdio: 'inherit' });
  writeFileSync(STAMP, wanted);
}
