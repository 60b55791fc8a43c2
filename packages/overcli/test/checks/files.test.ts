import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { wallMs } from '../../src/clock.ts';
import { overcli } from '../program.ts';
import { Workshop } from '../workshop.ts';
import { type SelfSigned, selfSigned } from './authority.ts';
import { numberOf, runCheck } from './outcome.ts';

const HOUR_SECONDS = 3600;

describe('check file', () => {
  const workshop = new Workshop();
  after(() => workshop.remove());

  function aged(name: string, ageSeconds: number, text = 'x'): string {
    const path = workshop.write(name, text);
    const at = wallMs() / 1000 - ageSeconds;
    utimesSync(path, at, at);
    return path;
  }

  it('tells age and size, and judges both', async () => {
    const path = aged('backup.gz', 27 * HOUR_SECONDS, 'x'.repeat(2048));
    const outcome = await runCheck('file', '-w', '26h', '-c', '2d', path);
    assert.deepEqual([outcome.state, outcome.text], ['WARN', `${path} was changed 27 hours ago, 2.0 KiB`]);
    assert.deepEqual(outcome.perf[1], { label: 'size', value: 2048, unit: 'B', min: 0 });
    assert.ok(Math.abs(numberOf(outcome, 'age') - 27 * HOUR_SECONDS) <= 5);
    assert.equal((await runCheck('file', '-c', '26h', path)).state, 'ERR');
    assert.equal((await runCheck('file', '-W', '1k:', '-C', '1:', path)).state, 'OK');
    assert.equal((await runCheck('file', '-W', '3k:', path)).state, 'WARN');
    assert.equal((await runCheck('file', '-C', '1k', path)).state, 'ERR');
  });

  it('agrees with check_file_age', async () => {
    const path = aged('agreed', 500);
    const plugin = execFileSync(
      '/usr/lib/nagios/plugins/check_file_age',
      ['-w', '1000', '-c', '2000', '-f', path],
      { encoding: 'utf8' },
    );
    const outcome = await runCheck('file', '-w', '1000', '-c', '2000', '-f', path);
    assert.ok(Math.abs(numberOf(outcome, 'age') - Number(/age=(\d+)s/.exec(plugin)?.[1])) <= 3, plugin);
  });

  it('takes the newest file of a folder', async () => {
    mkdirSync(workshop.path('backups'));
    mkdirSync(workshop.path('backups/folder'));
    aged('backups/old', 300);
    const newest = aged('backups/new', 100);
    aged('backups/older', 400);
    const { state, text } = await runCheck('file', '-c', '200', workshop.path('backups'));
    assert.equal(state, 'OK');
    assert.ok(text.startsWith(`${newest} was changed 100 seconds ago`), text);
  });

  it('is ERR for a missing one and an empty folder, unless told otherwise', async () => {
    mkdirSync(workshop.path('empty'));
    for (const path of [workshop.path('missing'), workshop.path('empty')]) {
      const { state, text } = await runCheck('file', path);
      assert.deepEqual([state, text], ['ERR', `${path} does not exist or is empty`]);
      assert.equal((await runCheck('file', '-i', path)).state, 'OK');
    }
  });

  it('is UNK when the file comes from the future', async () => {
    const { state, text } = await runCheck('file', aged('future', -3600));
    assert.equal(state, 'UNK');
    assert.match(text, /was changed 3(599|600) s in the future; check the clock$/);
    assert.equal((await runCheck('file', '-c', '10', aged('soon', -30))).state, 'OK');
  });
});

describe('check log', () => {
  let workshop: Workshop;
  let app: string;
  let state: string;
  beforeEach(() => {
    workshop = new Workshop();
    app = workshop.write('app.log', 'old error\n');
    state = workshop.path('place.json');
  });
  afterEach(() => workshop.remove());

  const look = (...more: string[]) => runCheck('log', '-p', 'error|fatal', '--state', state, ...more, app);
  const lines = async (...more: string[]) => numberOf(await look(...more), 'lines');

  it('begins at the end, and then counts the lines that are new', async () => {
    const first = await look();
    assert.deepEqual([first.state, first.text], ['OK', 'remembered the end']);
    appendFileSync(app, 'all well\nerror 1\nfatal 2\n');
    const second = await look();
    assert.deepEqual([second.state, second.text], ['WARN', '2 new lines match\nerror 1\nfatal 2']);
    assert.deepEqual(second.perf, [{ label: 'lines', value: 2, unit: '', warn: '0', min: 0 }]);
    const third = await look();
    assert.deepEqual([third.state, third.text], ['OK', '0 new lines match']);
  });

  it('is judged by thresholds, leaves out what is excluded, and minds capitals or not', async () => {
    await look('-c', '1');
    appendFileSync(app, 'error 1\nError 2\nerror rate: 0\n');
    copyFileSync(state, `${state}.2`);
    copyFileSync(state, `${state}.3`);
    assert.equal((await look('-w', '0', '-c', '1')).state, 'ERR');
    state = `${state}.2`;
    assert.equal(await lines('-x', 'rate'), 1);
    state = state.replace('.2', '.3');
    assert.equal(await lines('-x', 'rate', '-i'), 2);
  });

  it('waits for the end of a line', async () => {
    await look();
    appendFileSync(app, 'err');
    assert.equal(await lines(), 0);
    appendFileSync(app, 'or 1\r\n');
    assert.equal((await look()).text, '1 new line matches\nerror 1');
  });

  it('goes on when the log is renamed and begun anew', async () => {
    await look();
    appendFileSync(app, 'error before\n');
    renameSync(app, `${app}.1`);
    writeFileSync(app, 'error after\n');
    assert.equal((await look()).text, '2 new lines match\nerror before\nerror after');
    assert.equal(await lines(), 0);
  });

  it('goes on when the log is copied and emptied', async () => {
    await look();
    copyFileSync(app, `${app}.1`);
    truncateSync(app);
    appendFileSync(app, 'error\n');
    assert.equal(await lines(), 1);
  });

  it('is not fooled by a new log that got the inode of the old one, and is longer', async () => {
    await look();
    const { ino } = statSync(app);
    truncateSync(app);
    writeFileSync(app, 'error at the very start\nand error more\n');
    assert.equal(statSync(app).ino, ino);
    assert.equal(await lines(), 2);
  });

  it('shows ten lines at most, each cut, and counts all', async () => {
    await look();
    appendFileSync(app, `error ${'x'.repeat(100_000)}\n`.repeat(20));
    const { text, perf } = await look();
    assert.equal(perf[0]?.value, 20);
    assert.equal(text.split('\n').length, 11);
    assert.ok(text.length < 11 * 310);
  });

  it('reads 50 MB of new lines in bounds of time and memory', async () => {
    await look();
    const block = 'nothing to see in this line of a log, 127.0.0.1\n'.repeat(20_000);
    for (let written = 0; written < 50e6; written += block.length) appendFileSync(app, block);
    appendFileSync(app, 'error\n');
    const startedAt = performance.now();
    const rssBefore = process.memoryUsage.rss();
    assert.equal(await lines(), 1);
    assert.ok(performance.now() - startedAt < 10_000);
    assert.ok(process.memoryUsage.rss() - rssBefore < 200e6);
  });

  it('goes on in the next check where there was too much for one', async () => {
    await look();
    truncateSync(app, 130 * 1024 * 1024);
    appendFileSync(app, '\nerror\n');
    assert.equal(await lines(), 0);
    assert.equal(await lines(), 1);
  });

  it('keeps a place for each log and its patterns where systemd says', async () => {
    const environment = { ...process.env };
    process.env.STATE_DIRECTORY = workshop.path('state');
    try {
      await runCheck('log', '-p', 'a', app);
      appendFileSync(app, 'a b\n');
      assert.equal((await runCheck('log', '-p', 'b', app)).text, 'remembered the end');
      assert.equal((await runCheck('log', '-p', 'a', app)).text, '1 new line matches\na b');
    } finally {
      process.env = environment;
    }
  });

  it('is UNK, and says what to do, when there is no log, no place to write, or a damaged one', async () => {
    const missing = await runCheck('log', '-p', 'x', '--state', state, '/no/such.log');
    assert.deepEqual([missing.state, missing.text], ['UNK', 'there is no file /no/such.log']);
    const closed = await runCheck('log', '-p', 'x', '--state', '/sys/overcli/state', app);
    assert.equal(closed.state, 'UNK');
    assert.match(closed.text, /^the place in the log cannot be kept: .*; give --state FILE$/);
    writeFileSync(state, '{"offset":');
    const damaged = await look();
    assert.deepEqual(
      [damaged.state, damaged.text],
      ['UNK', `${state} is damaged; remove it to go on from the log's end`],
    );
    rmSync(state);
    assert.equal((await look()).state, 'OK');
  });
});

describe('check certificate', () => {
  const workshop = new Workshop();
  let site: SelfSigned;
  before(() => {
    site = selfSigned(workshop, 'site', 100);
  });
  after(() => workshop.remove());

  it('tells the days that are left, and judges them', async () => {
    const outcome = await runCheck('certificate', site.certFile);
    assert.equal(outcome.state, 'OK');
    assert.match(outcome.text, /^site expires in (99\.9|100) days, on \w+ +\d+ [\d:]+ \d+ GMT$/);
    assert.deepEqual(outcome.perf, [
      { label: 'days', value: numberOf(outcome, 'days'), unit: '', warn: '28:', crit: '14:' },
    ]);
    assert.equal((await runCheck('certificate', '-w', '101', site.certFile)).state, 'WARN');
    assert.equal((await runCheck('certificate', '-w', '102', '-c', '101', site.certFile)).state, 'ERR');
  });

  it('takes the first to expire of a chain, and reads DER as well', async () => {
    const short = selfSigned(workshop, 'short', 3);
    const chain = workshop.write('chain.pem', `words before\n${site.cert}\n${short.cert}`);
    const outcome = await runCheck('certificate', chain);
    assert.equal(outcome.state, 'ERR');
    assert.match(outcome.text, /^short expires in (2\.9|3) days/);
    const der = workshop.path('site.der');
    execFileSync('openssl', ['x509', '-in', site.certFile, '-outform', 'der', '-out', der]);
    assert.match((await runCheck('certificate', der)).text, /^site expires/);
  });

  it('is ERR for another host, and when its time is over or has not begun', async () => {
    assert.equal((await runCheck('certificate', '-H', 'localhost', site.certFile)).state, 'OK');
    assert.equal((await runCheck('certificate', '-H', '127.0.0.1', site.certFile)).state, 'OK');
    const stranger = await runCheck('certificate', '-H', 'example.com', site.certFile);
    assert.equal(stranger.state, 'ERR');
    assert.match(stranger.text, /^site is not for example\.com; site expires in/);

    const dated = (name: string, from: string, to: string) => {
      const [out, csr, ext] = [workshop.path(`${name}.pem`), workshop.path('x.csr'), workshop.path('ca')];
      execFileSync('openssl', [
        'req',
        '-new',
        '-key',
        workshop.path('site.key'),
        '-subj',
        `/CN=${name}`,
        '-out',
        csr,
      ]);
      writeFileSync(`${ext}.index`, '');
      writeFileSync(
        ext,
        `[ca]\ndefault_ca=x\n[x]\ndatabase=${ext}.index\nnew_certs_dir=${workshop.folder}\ndefault_md=sha256\npolicy=p\nrand_serial=yes\n[p]\ncommonName=supplied\n`,
      );
      execFileSync(
        'openssl',
        [
          'ca',
          '-config',
          ext,
          '-batch',
          '-selfsign',
          '-keyfile',
          workshop.path('site.key'),
          '-in',
          csr,
          '-startdate',
          from,
          '-enddate',
          to,
          '-out',
          out,
          '-notext',
        ],
        { stdio: 'pipe' },
      );
      return out;
    };
    const over = await runCheck('certificate', dated('over', '20200101000000Z', '20210101000000Z'));
    assert.deepEqual([over.state, over.text], ['ERR', 'over expired on Jan  1 00:00:00 2021 GMT']);
    const early = await runCheck('certificate', dated('early', '20900101000000Z', '20910101000000Z'));
    assert.deepEqual(
      [early.state, early.text],
      ['ERR', 'early is not valid before Jan  1 00:00:00 2090 GMT'],
    );
  });

  it('is UNK for a file without one, and for none', async () => {
    const plain = workshop.write('plain', 'nothing');
    assert.deepEqual((await runCheck('certificate', plain)).text, `${plain} holds no certificate`);
    assert.equal((await runCheck('certificate', '/no/such.pem')).state, 'UNK');
  });
});

describe('check command', () => {
  const workshop = new Workshop();
  after(() => workshop.remove());

  const cases: [words: string[], state: string, says: RegExp][] = [
    [['true'], 'OK', /^as it should be \(/],
    [['false'], 'ERR', /^exit code 1 \(/],
    [['-e', '3', '-e', '4', '--', 'sh', '-c', 'exit 4'], 'OK', /^as it should be/],
    [['-e', '3', 'true'], 'ERR', /^exit code 0/],
    [['--', 'sh', '-c', 'kill -9 $$'], 'ERR', /^killed by SIGKILL/],
    [['-s', 'up', '-r', '^\\d+ days$', '--', 'printf', 'up\n12 days\n'], 'OK', /: up$/],
    [['-s', 'down', 'echo', 'up'], 'ERR', /^"down" is not in it \(.*\): up$/],
    [['-r', '^down', 'echo', 'up'], 'ERR', /^\/\^down\/mu does not match/],
    [['-o', 'ready', 'echo', ' ready'], 'OK', /: ready$/],
    [['-o', 'ready', 'echo', 'not', 'ready'], 'ERR', /^it is not "ready" \(.*\): not ready$/],
    [['-s', 'oops', '--', 'sh', '-c', 'echo oops >&2'], 'OK', /: oops$/],
    [['-w', '0.05', 'sleep', '0.1'], 'WARN', /^as it should be \(1\d\d(\.\d+)? ms\)$/],
    [['/no/such'], 'UNK', /^Cannot start \/no\/such in .*: no such program/],
  ];
  for (const [words, state, says] of cases)
    it(`is ${state} for ${JSON.stringify(words.join(' '))}`, async () => {
      const outcome = await runCheck('command', ...words);
      assert.equal(outcome.state, state, outcome.text);
      assert.match(outcome.text, says);
    });

  it('does not take what a command prints for numbers of its own', async () => {
    const { perf, out } = await runCheck('command', 'echo', 'a | b=1');
    assert.deepEqual(
      perf.map(({ label }) => label),
      ['time'],
    );
    assert.ok(out.includes(': a ¦ b=1|time='));
  });

  it('runs where it was started', async () => {
    workshop.script('here.sh', 'pwd');
    const { out } = await overcli('check', 'command', workshop.path('here.sh'));
    assert.ok(out.includes(`: ${process.cwd()}|`), out);
  });
});
