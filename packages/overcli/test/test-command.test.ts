import assert from 'node:assert/strict';
import { Collector } from './collector.ts';
import { overcli, overcliHere, Program } from './program.ts';
import { PseudoTerminal } from './pseudo-terminal.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

const KEY = 'k3y-of-web1';

describe('overcli test', () => {
  const workshop = new Workshop();
  let collector: Collector;
  before(async () => {
    collector = await new Collector().start();
    workshop.script('disk.sh', `echo "DISK $LEVEL|/=91%;80;90;0;100 '/ free'=3MB"; echo more; exit 2`);
    workshop.script('count.sh', 'echo 1 >> counted; exit 1');
  });
  after(async () => {
    await collector.close();
    workshop.remove();
  });

  const head = () => `[overc]\nserver = ${collector.url}\nmy-name = web1\nmy-key = ${KEY}\n`;
  const config = (name: string, ...services: string[]) =>
    workshop.write(`${name}.ini`, head() + services.map((text) => `[service:${text}\n`).join(''));
  const app = 'app]\nperiod = 60\ncommand = echo all is well';
  const disk =
    'disk]\nperiod = 300\ngrace = 2m\ntitle = Disk of the shop\nenv.LEVEL = full\ncommand = ./disk.sh';

  it('shows state, time, promise, info and numbers of each plugin, and sends nothing', async () => {
    const { code, out, err } = await overcli('test', config('two', app, disk));
    assert.deepEqual([code, err], [1, '']);
    const [first, said, second, ...rest] = out.split('\n');
    assert.match(
      first ?? '',
      /^OK {4}app: took \d+ ms, promises the next within 60 s, next run in (?:4[789]|50)s$/,
    );
    assert.equal(said, '      all is well');
    assert.match(
      second ?? '',
      /^ERR {3}disk \(Disk of the shop\): took .*, promises the next within 300 s and 120 s of grace, next/,
    );
    assert.deepEqual(rest, [
      '      DISK full',
      '      more',
      '      | / = 91 % (warn 80, crit 90, min 0, max 100)',
      '      | / free = 3 MB',
      '2 services: 1 OK, 1 ERR; nothing was sent.',
      '',
    ]);
    assert.deepEqual(collector.received, []);
  });

  it('ends with 0 when every state is OK', async () => {
    const { code, out } = await overcli('test', config('well', app));
    assert.deepEqual([code, out.split('\n').at(-2)], [0, '1 service: 1 OK; nothing was sent.']);
  });

  it('prints JSON in the protocol’s words', async () => {
    const { code, out } = await overcli('test', config('two', app, disk), 'disk', '--json');
    assert.equal(code, 1);
    const { services, states } = JSON.parse(out);
    assert.deepEqual(states, { OK: 0, WARN: 0, ERR: 1, UNK: 0 });
    const { took_ms, next_run_ms, ...sent } = services[0];
    assert.ok(took_ms > 0 && next_run_ms > 200_000);
    assert.deepEqual([sent.name, sent.state, sent.period, sent.grace], ['disk', 'ERR', 300, 120]);
    assert.deepEqual([sent.title, sent.text], ['Disk of the shop', 'DISK full\nmore']);
    assert.deepEqual(sent.perf[1], { label: '/ free', value: 3, unit: 'MB' });
  });

  it('runs each once, whatever retry says, and promises the next time of a cron expression', async () => {
    const file = config('once', 'count]\ncron = 0 3 * * *\nretry = 3\nretry-pause = 0\ncommand = ./count.sh');
    const { out } = await overcli('test', file);
    assert.deepEqual(workshop.numbers('counted', 1), [1]);
    const seconds = Number(/within (\d+) s/.exec(out)?.[1]);
    assert.ok(seconds > 75 && seconds <= 25 * 3600 + 400, out);
  });

  it('says what cannot be run, and what takes too long', async () => {
    const slow = 'slow]\nperiod = 60\ntimeout = 200ms\ncommand = sleep 60';
    const { code, out } = await overcli(
      'test',
      config('odd', 'gone]\nperiod = 60\ncommand = ./gone.sh', slow),
    );
    assert.equal(code, 1);
    assert.match(out, /^UNK {3}gone: .*\n {6}Cannot start \.\/gone\.sh in .*: no such program/m);
    assert.match(out, /^UNK {3}slow: .*\n {6}Timed out after 0\.2 s/m);
  });

  it('runs no more at once than the file says', async () => {
    workshop.script('turn.sh', 'echo 1 >> turns; sleep 0.05; echo 2 >> turns');
    const turns = ['a', 'b', 'c'].map((name) => `${name}]\nperiod = 60\ncommand = ./turn.sh`);
    const text = `${head()}max-parallel = 1\n[service:${turns.join('\n[service:')}\n`;
    assert.equal((await overcli('test', workshop.write('turns.ini', text))).code, 0);
    assert.deepEqual(workshop.numbers('turns', 6), [1, 2, 1, 2, 1, 2]);
  });

  it('names the services that there are when one is not, and the one that was meant', async () => {
    const { code, out, err } = await overcliHere('test', config('two', app, disk), 'dsik');
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /SERVICE: "dsik" is not in .*two\.ini; it may mean "disk"; there are app, disk\n/);
    const { err: other } = await overcliHere('test', config('two', app, disk), 'postgresql');
    assert.match(other, /is not in .*two\.ini; there are app, disk\n/);
  });

  it('says what is wrong with the file as the monitor does', async () => {
    const { code, err } = await overcliHere('test', config('bad', 'app]\nperiod = soon\ncommand = true'));
    assert.deepEqual([code, /bad\.ini: \[service:app\] period: "soon" must be/.test(err)], [2, true]);
  });

  it('leaves nothing running, neither at the end nor when it is stopped', async () => {
    workshop.script('leave.sh', 'setsid sh -c "echo \\$\\$ > left.pid; exec sleep 60" & sleep 0.1; echo ok');
    await overcli('test', config('leave', 'leave]\nperiod = 60\ncommand = ./leave.sh'));
    const [left] = workshop.numbers('left.pid', 1) ?? [];
    assert.ok(left !== undefined && !isRunning(left));

    workshop.script('slow.sh', 'echo $$ > slow.pid; exec sleep 60');
    const file = config('slow', app, 'slow]\nperiod = 60\ncommand = ./slow.sh');
    const program = new Program(['test', file]);
    const [pid] = await until('the slow one runs', () => workshop.numbers('slow.pid', 1));
    await until('the other has ended', () => program.out.includes('app: took'));
    program.kill('SIGINT');
    const { code, out, err } = await program.outcome;
    assert.deepEqual([code, err], [1, 'Stopped; 1 of the plugins had not ended.\n']);
    assert.match(out, /1 service: 1 OK; nothing was sent\.\n$/);
    assert.ok(!isRunning(pid as number));
  });

  it('colours states on a terminal, unless NO_COLOR is set, and lets no plugin steer it', async () => {
    workshop.script('steer.sh', `printf '\\033[2Jgone'`);
    const file = config('colour', 'steer]\nperiod = 60\ncommand = ./steer.sh');
    const coloured = new PseudoTerminal(['test', file]);
    assert.equal(await coloured.exited, 0);
    assert.ok(coloured.raw.includes('\x1b[32mOK  \x1b[0m  steer: '));
    assert.ok(!coloured.raw.includes('\x1b[2J'));
    const plain = new PseudoTerminal(['test', file], { env: { NO_COLOR: '1' } });
    await plain.exited;
    assert.ok(!plain.raw.includes('\x1b['));
  });

  it('shows no key', async () => {
    const outcomes = [
      await overcli('test', config('well', app), '-vv'),
      await overcli('test', config('well', app), '--json'),
    ];
    for (const { out, err } of outcomes) assert.ok(!`${out}${err}`.includes(KEY));
  });
});
