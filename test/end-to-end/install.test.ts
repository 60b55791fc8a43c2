import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { commands, MONITOR_OPTIONS, OPTIONS, SERVICE_OPTIONS } from 'overcli';
import { type Collector, startCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { ROOT } from '../support/program.ts';
import { Scene } from '../support/scene.ts';

const BUILD_MS = 240_000;
/** Newer Nodes are larger themselves. */
const MOST_EXECUTABLE_BYTES = process.version.startsWith('v20.')
  ? 60e6
  : 0.7 * statSync(process.execPath).size;
/** Nothing of npm or this checkout is on it. */
const BARE_PATH = '/usr/bin:/bin';

const SERVICE = '[service:words]\nperiod=60\ncommand=echo all is well\n';

const out = (name: string) => join(ROOT, 'out', name);
const { version } = JSON.parse(readFileSync(join(ROOT, 'packages/overcli/package.json'), 'utf8')) as {
  version: string;
};

describe('the client, installed from scratch', () => {
  let scene: Scene;
  let collector: Collector;
  let home: string;

  before(async function () {
    this.timeout(BUILD_MS);
    execFileSync(process.execPath, ['scripts/bundle.mjs'], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    scene = new Scene();
    collector = await startCollector(scene, { database: 'sqlite://overc.db' });
  });
  after(() => scene.end());
  beforeEach(() => {
    home = mkdtempSync(scene.path('home-'));
  });

  /** The command line monitors, and ends in order when it is told to. */
  async function monitors(argv: [string, ...string[]], name: string, head = headOf(name)): Promise<void> {
    const file = scene.write(`${name}.ini`, head + SERVICE);
    const monitor = scene.run([...argv, 'monitor', file], { cwd: home, env: { PATH: BARE_PATH } });
    await eventually(async () => {
      const [service] = await collector.services(`server=${name}`);
      assert.deepEqual([service?.state, service?.info], ['OK', 'all is well'], monitor.err);
    });
    assert.equal((await monitor.stop()).code, 0);
  }

  const headOf = (name: string) => `[overc]\nserver=${collector.url}\nmy-name=${name}\nmy-key=1234\n`;

  it('is one script, which needs Node and nothing else', async () => {
    copyFileSync(out('overcli.mjs'), join(home, 'overcli.mjs'));
    await monitors([process.execPath, './overcli.mjs'], 'script');
  });

  it('is one executable, which needs no Node', async () => {
    assert.ok(statSync(out('overcli')).size < MOST_EXECUTABLE_BYTES);
    copyFileSync(out('overcli'), join(home, 'overcli'));
    assert.equal(run(join(home, 'overcli'), ['--version'], { PATH: '/nowhere' }), `${version}\n`);
    await monitors([join(home, 'overcli')], 'executable');
  });

  it('speaks alike in all its forms, whatever the language around it', () => {
    const help = run(process.execPath, [join(ROOT, 'packages/overcli/dist/src/main.js'), '--help']);
    assert.equal(run(out('overcli.mjs'), ['--help']), help);
    for (const LC_ALL of ['C', 'de_DE.UTF-8', 'th_TH.UTF-8'])
      assert.equal(run(out('overcli'), ['--help'], { LC_ALL }), help);
  });

  it('comes as an npm package without dependencies', async () => {
    const archive = out(`overcli-${version}.tgz`);
    writeFileSync(join(home, 'package.json'), '{}');
    execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', archive], {
      cwd: home,
    });
    const installed = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, ['overcli']);
    await monitors([process.execPath, join(home, 'node_modules/.bin/overcli')], 'npm');
  });

  it('comes as a Debian package, which starts nothing before its settings are filled in', async () => {
    const [file = ''] = readdirSync(join(ROOT, 'out')).filter((name) => name.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', out(file), home]);
    const program = join(home, 'usr/bin/overcli');
    const settings = join(home, 'etc/overc/monitor.ini');
    assert.equal(statSync(settings).mode & 0o777, 0o640);

    const inert = scene.run([program, 'monitor', settings], { cwd: home });
    assert.equal((await inert.outcome).code, 2);
    const filledIn = readFileSync(settings, 'utf8')
      .replace('# server=http://mon.example.com:5000/', `server=${collector.url}`)
      .replace(/# (my-name=).*/, '$1debian')
      .replace(/# (my-key=)/, '$1');
    await monitors([program], 'debian', filledIn);
  });

  it('has in the Debian package what belongs to it, owned by root', () => {
    const [file = ''] = readdirSync(join(ROOT, 'out')).filter((name) => name.endsWith('.deb'));
    const listed = run('dpkg-deb', ['-c', out(file)]);
    for (const path of [
      './usr/bin/overcli',
      './etc/overc/monitor.ini',
      './usr/lib/systemd/system/overcli-monitor.service',
      './usr/lib/sysusers.d/overcli.conf',
      './usr/share/man/man1/overcli.1.gz',
      './usr/share/doc/overcli/copyright',
      './usr/share/bash-completion/completions/overcli',
    ])
      assert.match(listed, new RegExp(` ${path}$`, 'm'));
    for (const line of listed.trim().split('\n')) assert.match(line, / root\/root /);
    assert.equal(run('dpkg-deb', ['-f', out(file), 'Version']), `${version}\n`);
    assert.equal(run('dpkg-deb', ['-I', out(file), 'conffiles']), '/etc/overc/monitor.ini\n');

    run('dpkg-deb', ['-e', out(file), join(home, 'control')]);
    for (const script of ['postinst', 'prerm', 'postrm']) {
      run('sh', ['-n', join(home, 'control', script)]);
      assert.doesNotMatch(readFileSync(join(home, 'control', script), 'utf8'), /systemctl (start|enable)/);
    }
  });

  it('makes the same Debian package of the same sources', async () => {
    const { bundleDebianPackage } = (await import(`${ROOT}scripts/bundle/debian.mjs`)) as {
      bundleDebianPackage: (out: string, executable: string) => Promise<void>;
    };
    const make = async (folder: string) => {
      mkdirSync(folder);
      await bundleDebianPackage(folder, out('overcli.mjs')); // a short executable, which is packed at once
      return readFileSync(join(folder, readdirSync(folder)[0] as string));
    };
    const before = process.cwd();
    process.chdir(ROOT);
    process.env.SOURCE_DATE_EPOCH = '1700000000';
    try {
      assert.ok((await make(join(home, 'a'))).equals(await make(join(home, 'b'))));
    } finally {
      delete process.env.SOURCE_DATE_EPOCH;
      process.chdir(before);
    }
  });

  it('has a manual that names every command, option and setting', async () => {
    const manual = run('tar', ['-xzOf', out(`overcli-${version}.tgz`), 'package/overcli.1']).replace(
      /\\-/g,
      '-',
    );
    const headed = (name: string) => new RegExp(`^\\.B ${name}( |$)`, 'm');
    for (const name of Object.keys({ ...commands, ...MONITOR_OPTIONS, ...SERVICE_OPTIONS }))
      assert.match(manual, headed(name));
    for (const name of Object.keys(OPTIONS)) assert.ok(manual.includes(`\\fB--${name}\\fR`), name);
    assert.ok(manual.startsWith('.TH OVERCLI 1 '));
    assert.ok(manual.includes(`"overcli ${version}"`));
  });

  it('loads what takes long for what needs it alone', () => {
    const heavy = ['http', 'readline', 'dns/promises', 'zlib'].map((name) => `NativeModule ${name}`);
    const tell = `process.on("exit", () => console.log(process.moduleLoadList.filter((name) => ${JSON.stringify(heavy)}.includes(name)).length))`;
    const told = (...args: string[]) =>
      run(process.execPath, ['--import', `data:text/javascript,${tell}`, out('overcli.mjs'), ...args]);
    assert.match(told('--version'), /^0$/m);
    assert.match(told('-s', collector.url, '-i', 'a:b', 'ping'), /^[1-9]$/m);
  });

  it('completes in bash without a run of itself', () => {
    const script = `source <("$1" completion bash); PATH=; COMP_WORDS=(overcli -s x serv); COMP_CWORD=3
      COMP_LINE='overcli -s x serv'; COMP_POINT=17; _overcli; echo "\${COMPREPLY[@]}"`;
    const answer = run('bash', ['--norc', '-c', script, 'bash', out('overcli')]);
    assert.equal(answer, 'service-status services\n');
  });

  it('names the shells that it can complete in when asked for another', async () => {
    const { code, err } = await scene.overcli('completion', 'fish').outcome;
    assert.equal(code, 2);
    assert.match(err, /SHELL: "fish" must be one of bash, zsh/);
  });
});

function run(program: string, args: string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(program, args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });
}
