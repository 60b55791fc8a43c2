// Runs the suites of the packages on Node 24, which npm brings, in a copy of this checkout with an installation of its own.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);
const cache = resolve('.cache/node24');
const copy = join(cache, 'overc');

const node = provideNode();
const env = {
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
  npm_config_nodedir: dirname(dirname(node)), // its own headers, for the database driver
};
copySources();
const npm = (...args) => execFileSync('npm', args, { cwd: copy, env, stdio: 'inherit' });
console.log(execFileSync(node, ['--version'], { encoding: 'utf8' }).trim());
npm('test');

/** The node program of the npm package `node`, version 24. */
function provideNode() {
  const program = () => {
    const name = `node-${process.platform}-${process.arch}`;
    const places = [`node_modules/node/node_modules/${name}`, `node_modules/${name}`].map((place) =>
      join(cache, place, 'bin/node'),
    );
    return places.find(existsSync);
  };
  if (!program()) {
    mkdirSync(cache, { recursive: true });
    execFileSync(
      'npm',
      [
        'install',
        '--prefix',
        cache,
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--allow-scripts=node',
        'node@24',
      ],
      { stdio: 'inherit' },
    );
  }
  return program() ?? fail();
}

function fail() {
  console.error('npm brought no Node 24 for this platform.');
  process.exit(1);
}

/** The files of this checkout as they are now; of what the copy held before only its installation stays. */
function copySources() {
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(copy))
    if (name !== 'node_modules') rmSync(join(copy, name), { recursive: true });
  const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], { encoding: 'utf8' });
  for (const file of listed.split('\0'))
    if (file && existsSync(file)) cpSync(file, join(copy, file), { preserveTimestamps: true });
  execFileSync('git', ['init', '-q', copy]);
}
