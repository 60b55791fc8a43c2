import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseUnits } from '../src/checks/services.ts';
import { worthWatching } from '../src/commands/init/daemons.ts';
import { nagiosProposals, sparePlugins } from '../src/commands/init/nagios.ts';
import { composeMonitorFile } from '../src/sources/compose.ts';
import { parseMonitorFile, readMonitorFile } from '../src/sources/ini.ts';
import { selfSigned } from './checks/authority.ts';
import { Collector, json } from './collector.ts';
import { overcli, Program } from './program.ts';
import { PseudoTerminal } from './pseudo-terminal.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

const KEY = 'k3y-of-web1';
/** What a terminal of a test needs. There is no apt-get among it, so nobody waits until that has counted updates. */
const TOOLS = ['script', 'stty', 'tty'];

describe('overcli init --yes', () => {
  const workshop = new Workshop();
  let collector: Collector;
  before(async () => {
    collector = await new Collector().start();
  });
  after(async () => {
    await collector.close();
    workshop.remove();
  });
  const init = (...args: string[]) =>
    new Program(['init', '--yes', ...args], [], { ...process.env, PATH: '/nowhere' }).outcome;
  const OLD = '[service:old]\nperiod = 60\ncommand = true\n';

  it('takes this machine’s name and a new key, and shows the key nowhere', async () => {
    const file = workshop.path('new.ini');
    const { code, out, err } = await init('-s', collector.url, file);
    assert.deepEqual([code, err], [0, '']);
    const { servers, name, key = '', plugins } = readMonitorFile(file);
    assert.deepEqual([servers, name], [[collector.url], hostname()]);
    assert.match(key, /^[\w-]{24}$/);
    assert.ok(!out.includes(key));
    assert.match(out, /^ +1 {2}load +every 60s {3}\w+ +LOAD /m);
    assert.deepEqual(
      plugins.slice(0, 2).map(({ service, retries }) => [service, retries]),
      [
        ['load', 2],
        ['memory', 2],
      ],
    );
    assert.deepEqual(readdirSync(workshop.folder), ['new.ini'], 'a draft is left');
    assert.equal(collector.received.at(-1)?.body.server.key, key);
  });

  it('replaces no file unless it is told to, and then keeps name, key, rights and what else it says of the way', async () => {
    const head = `[overc]\nserver = ${collector.url}\nmy-name = web7\nkey-file = the.key\nproxy = none\ninclude = conf.d/*.ini\n`;
    workshop.folderNamed('conf.d');
    workshop.write('conf.d/own.ini', '[service:load]\nperiod = 5\ncommand = echo mine\n');
    workshop.write('the.key', KEY);
    workshop.write('old.ini', head + OLD);
    const file = workshop.path('link.ini');
    symlinkSync(workshop.path('old.ini'), file);
    chmodSync(file, 0o664);
    const refused = await init(file);
    assert.deepEqual(
      [refused.code, refused.err],
      [2, `overcli: ${file}: is there already; add --force to replace it, or name another file\n`],
    );
    assert.equal(workshop.text('old.ini'), head + OLD);

    const { code, err } = await init('--force', file);
    assert.deepEqual([code, err], [0, '']);
    assert.equal(statSync(workshop.path('old.ini')).mode & 0o777, 0o660);
    const text = workshop.text('old.ini');
    assert.match(text, /^my-name = web7\nkey-file = the\.key\nproxy = none\ninclude = conf\.d\/\*\.ini$/m);
    for (const gone of [KEY, 'service:old', 'service:load']) assert.ok(!text.includes(gone), gone);
    assert.deepEqual(collector.received.at(-1)?.body.server, { name: 'web7', key: KEY });
  });

  it('replaces one that says nothing, as the Debian package brings it', async () => {
    const file = workshop.write('blank.ini', '# fill me in\n[overc]\n# server=http://mon/\n');
    assert.equal((await init('-s', collector.url, '-i', `web8:${KEY}`, file)).code, 0);
    assert.equal(readMonitorFile(file).name, 'web8');
  });

  it('writes nothing when the collector refuses the key', async () => {
    collector.script.push(json(400, { error: 'server.name must not be empty' }));
    collector.script.push(json(403, { error: `server.key: ${KEY} is wrong` }));
    const file = workshop.path('refused.ini');
    const { code, err } = await init('-s', collector.url, '-i', `web1:${KEY}`, file);
    assert.deepEqual([code, existsSync(file)], [1, false]);
    assert.match(err, /^overcli: http.* answered 403: server\.key: \*\*\* is wrong\n$/);
  });

  it('writes all the same when nobody answers, and says so', async () => {
    const file = workshop.path('away.ini');
    const { code, err } = await init('-s', 'http://127.0.0.1:1/', file);
    assert.equal(code, 0);
    assert.match(err, /^Cannot reach http:\/\/127\.0\.0\.1:1\/: nothing listens there; .*\n$/);
    assert.deepEqual(readMonitorFile(file).servers, ['http://127.0.0.1:1/']);
  });

  const misuses: [string, string[], RegExp][] = [
    ['without an address', ['--yes', workshop.path('x.ini')], /-s is missing; add -s http:\/\/mon/],
    [
      'without a terminal',
      [workshop.path('x.ini')],
      /standard input is no terminal to ask at; add --yes and -s/,
    ],
    [
      'in a folder that is not there',
      ['--yes', workshop.path('no/x.ini')],
      /its folder is not there; mkdir -p /,
    ],
    [
      'with a key that a file cannot hold',
      ['--yes', '-s', 'http://127.0.0.1:1/', '-i', 'web1:a\n[service:b]', workshop.path('x.ini')],
      /-i: name and key must have no line breaks/,
    ],
  ];
  for (const [what, args, message] of misuses)
    it(`is refused ${what}`, async () => {
      const { code, err } = await overcli('init', ...args);
      assert.equal(code, 2, err);
      assert.match(err, message);
      assert.ok(!existsSync(workshop.path('x.ini')));
    });
});

describe('overcli init on a terminal', () => {
  const workshop = new Workshop();
  let collector: Collector;
  let terminal: PseudoTerminal;
  before(() => {
    workshop.folderNamed('bin');
    for (const tool of TOOLS)
      symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), workshop.path(`bin/${tool}`));
  });
  beforeEach(async () => {
    collector = await new Collector().start();
  });
  afterEach(async () => {
    if (terminal.pid !== undefined && isRunning(terminal.pid)) process.kill(terminal.pid, 'SIGKILL');
    await terminal.exited;
    await collector.close();
  });
  after(() => workshop.remove());

  let read = 0;
  const start = (...args: string[]) => {
    read = 0;
    terminal = new PseudoTerminal(['init', ...args], { env: { PATH: workshop.path('bin') } });
  };
  /** Waits for a question, and types the answer. */
  const answer = async (question: string, text: string) => {
    await until(question, () => terminal.raw.includes(question, read));
    read = terminal.raw.indexOf(question, read) + question.length;
    terminal.process.stdin.write(text);
  };

  it('asks for address, name and key, tries them, and takes all proposals at Enter', async () => {
    const file = workshop.path('asked.ini');
    start(file);
    await answer("collector's address [http://127.0.0.1:5000/]", 'ftp://mon\n');
    await answer('must be an address with http', '');
    await answer("collector's address", '127.0.0.1:1\n');
    await answer('nothing listens there', '');
    await answer('all the same? [y/N]', '\n');
    await answer("collector's address", `${collector.host}\n`);
    await answer(`name [${hostname()}]`, 'web9\n');
    collector.script.push(json(403, { error: 'server.key is another' }));
    await answer('[a new one, by chance]', 'wrong-k3y\n');
    await answer('answered 403: server.key is another', '');
    await answer('This server', 'web9\n');
    await answer('Its key', `${KEY}\n`);
    await answer(`takes the key of web9`, '');
    await answer('Enter takes them all', '\n');
    assert.equal(await terminal.exited, 0, terminal.raw);
    const { servers, name, key, plugins } = readMonitorFile(file);
    assert.deepEqual([servers, name, key], [[collector.url], 'web9', KEY]);
    assert.ok(plugins.length >= 3);
    for (const secret of [KEY, 'wrong-k3y']) assert.ok(!terminal.raw.includes(secret));
    assert.match(terminal.raw, /Written to .*asked\.ini\./);
    assert.ok(terminal.raw.includes('overcli doctor'));
  });

  it('leaves out what is not wanted, and asks before it replaces', async () => {
    const head = `[overc]\nserver = ${collector.url}\nmy-name = web2\nmy-key = ${KEY}\n`;
    const file = workshop.write('there.ini', `${head}[service:old]\nperiod = 60\ncommand = true\n`);
    start(file);
    await answer('there already, with 1 service. Replace it? [y/N]', 'maybe\n');
    await answer('must be yes or no', '');
    await answer('Replace it?', 'y\n');
    await answer(`address [${collector.url}]`, '\n');
    await answer('name [web2]', '\n');
    await answer('[the one that it has]', '\n');
    await answer('Enter takes them all', '99\n');
    await answer('must be a whole number from 1 to', '');
    await answer('Enter takes them all', '2\n');
    assert.equal(await terminal.exited, 0, terminal.raw);
    const { key, plugins } = readMonitorFile(file);
    const names = plugins.map(({ service }) => service);
    assert.deepEqual([key, names[0], names.includes('memory')], [KEY, 'load', false]);
  });

  it('asks for the authority of a certificate that nobody vouches for', async () => {
    const file = workshop.path('secure.ini');
    const authority = selfSigned(workshop, 'authority', 60);
    const secure = await new Collector(authority).start();
    start('-s', secure.url, '-i', `web1:${KEY}`, file);
    await answer('certificate is not accepted', '');
    await answer('of its authority', `${workshop.path('nowhere.pem')}\n`);
    await answer('no such file', '');
    await answer('of its authority', `${authority.certFile}\n`);
    await answer('takes the key of web1', '');
    await answer('Enter takes them all', '\n');
    assert.equal(await terminal.exited, 0, terminal.raw);
    assert.equal(readMonitorFile(file).ca, authority.cert);
    await secure.close();
  });

  it('writes nothing at Ctrl-C, Ctrl-D, or when nothing is to be replaced', async () => {
    const file = workshop.path('never.ini');
    for (const end of ['\x03', '\x04']) {
      start('-s', collector.url, file);
      await answer('name', end);
      assert.equal(await terminal.exited, 1);
      assert.match(terminal.raw, /overcli: stopped; nothing was written/);
    }
    assert.deepEqual(readdirSync(workshop.folder).includes('never.ini'), false);
    const there = workshop.write('keep.ini', '[service:old]\nperiod = 60\ncommand = true\n');
    start('-s', collector.url, there);
    await answer('Replace it?', '\n');
    assert.equal(await terminal.exited, 1);
    assert.match(workshop.text('keep.ini'), /service:old/);
  });
});

describe('what overcli init proposes', () => {
  it('are services that people miss, of those that systemd lists', () => {
    const listed = [
      'cron.service                loaded active running Regular background program processing daemon',
      'dbus.service                loaded active running D-Bus System Message Bus',
      'nginx.service               loaded failed failed  A high performance web server',
      'php8.2-fpm.service          loaded active running The PHP 8.2 FastCGI Process Manager',
      'postgresql.service          loaded active exited  PostgreSQL RDBMS',
      'postgresql@15-main.service  loaded active running PostgreSQL Cluster 15-main',
      'user@0.service              loaded active running User Manager for UID 0',
    ].join('\n');
    assert.deepEqual(worthWatching(parseUnits(`${listed}\n`)), [
      'cron',
      'nginx',
      'php8.2-fpm',
      'postgresql@15-main',
    ]);
  });

  it('are Monitoring Plugins where no built-in check does the same; the file names the others', () => {
    const proposals = nagiosProposals();
    const updates = proposals.find(({ service }) => service === 'updates');
    assert.match(updates?.argv[0] ?? '', /^\/usr\/.*\/check_apt$/);
    const { names = [] } = sparePlugins(proposals) ?? {};
    assert.deepEqual([names.includes('check_load'), names.includes('check_apt')], [true, false]);
  });

  it('stands in the file as the monitor reads it, whatever a disk is called', () => {
    const paths = ['/', '/srv/a b', `/mnt/it's "here" $HOME \\ #1;2]`, '/mnt/=x'];
    const text = composeMonitorFile({
      ...{ server: 'http://mon/', name: '#1', key: ';k=[x]', more: [['bye', 'yes']] },
      proposals: paths.map((path) => ({
        ...{ service: `disk ${path}`, argv: ['overcli', 'check', 'disk', path], periodSeconds: 300 },
        ...{ timeoutSeconds: 20, comment: `How full ${path} is.` },
      })),
      spare: { folder: '/usr/lib/nagios/plugins', names: ['check_a', 'check_b'] },
    });
    const { name, key, saysBye, plugins } = parseMonitorFile(text, '/');
    assert.deepEqual([name, key, saysBye], ['#1', ';k=[x]', true]);
    assert.deepEqual(
      plugins.map(({ service, argv, timing, timeoutMs }) => [service, argv[3], timing, timeoutMs]),
      paths.map((path) => [`disk ${path}`, path, { kind: 'period', periodMs: 300_000 }, 20_000]),
    );
    assert.match(text, /^# Further plugins are in .*:\n# {3}check_a check_b$/m);
  });
});
