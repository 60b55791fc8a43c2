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

/** Node 24 for this platform: the package that the npm package `node` would fetch, which needs no install script. */
function provideNode() {
  const name = `node-${process.platform}-${process.arch}`;
  const program = join(cache, 'node_modules', name, 'bin/node');
  if (!existsSync(program)) {
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
        '--loglevel=error',
        `${name}@24`,
      ],
      {
        stdio: 'inherit',
      },
    );
  }
  return program;
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
