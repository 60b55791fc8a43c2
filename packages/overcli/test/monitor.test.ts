import assert from 'node:assert/strict';
import { Collector, hang, json } from './collector.ts';
import { overcliHere, Program } from './program.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

const KEY = 'k3y-of-web1';
const PASSWORD = 'pa55word';

describe('overcli monitor', () => {
  let workshop: Workshop;
  let collector: Collector;
  let monitor: Program | undefined;

  beforeEach(async () => {
    workshop = new Workshop();
    collector = await new Collector().start();
  });
  afterEach(async () => {
    monitor?.kill('SIGTERM'); // SIGKILL would leave its plugins running
    await monitor?.outcome;
    monitor = undefined;
    await collector.close();
    workshop.remove();
  });

  const overc = () =>
    `[overc]\nserver = http://proxy:${PASSWORD}@${collector.host}/\nmy-name = a.example.com\nmy-key = ${KEY}\n`;
  const service = (name: string, period: number, command: string) =>
    `[service:${name}]\nperiod = ${period}\ncommand = ${command}\n`;
  const start = (text: string, args: string[] = [], nodeOptions: string[] = []) => {
    monitor = new Program(['monitor', workshop.write('config.ini', text), ...args], nodeOptions);
    return monitor;
  };
  const sent = (...states: string[]) =>
    until(states.join(), () => states.every((state) => collector.states.includes(state)));

  it('reports every service at once, each with its period, as the server that its file names', async () => {
    workshop.script('app.sh', 'echo "up $1"; exit 1');
    const echo = `${service('echo', 10, 'echo 1')}grace = 1m\ntitle = What echoes\n`;
    start(overc() + service('app', 5, './app.sh "32 h"') + echo);
    await sent('app WARN', 'echo OK');
    const entries = collector.received.flatMap(({ body }) => body.services);
    assert.deepEqual(
      entries.sort((a, b) => a.period - b.period),
      [
        { name: 'app', state: 'WARN', info: 'up 32 h', period: 5 },
        { name: 'echo', state: 'OK', info: '1', period: 10, grace: 60, title: 'What echoes' },
      ],
    );
    assert.deepEqual(collector.received[0]?.body.server, { name: 'a.example.com', key: KEY });
  });

  it('keeps a short promise while a slow plugin runs into its timeout', async () => {
    start(`${overc() + service('fast', 2, 'true') + service('slow', 3, 'sleep 60')}timeout = 1.5s\n`);
    const fast: number[] = [];
    await until('three reports', () => {
      const count = collector.states.filter((state) => state === 'fast OK').length;
      if (count > fast.length) fast.push(performance.now());
      return count === 3;
    });
    const gaps = fast.slice(1).map((time, index) => time - (fast[index] as number));
    assert.ok(
      gaps.every((gap) => gap < 2000),
      `${gaps}`,
    );
    const slow = collector.received
      .flatMap(({ body }) => body.services)
      .filter(({ name }) => name === 'slow');
    assert.deepEqual(slow[0], { name: 'slow', state: 'UNK', info: 'Timed out after 1.5 s', period: 3 });
  });

  it('lets -s and -i override the file', async () => {
    const elsewhere = overc().replace(collector.host, '127.0.0.1:1');
    start(elsewhere + service('app', 5, 'true'), ['-s', collector.url, '-i', 'other:1234']);
    await sent('app OK');
    assert.deepEqual(collector.received[0]?.body.server, { name: 'other', key: '1234' });
  });

  it('says what changes by default, every run and POST with -v, and never the key', async () => {
    workshop.script('app.sh', `echo "fine"; test -e seen && exit 2; touch seen`);
    collector.script.push(json(503, { error: `later, ${KEY}` }));
    const program = start(overc() + service('app', 1, './app.sh'), ['-vv']);
    await sent('app ERR');
    await until('log', () => program.err.includes('Sent app ERR'));
    program.kill('SIGTERM');
    const { code, out, err } = await program.outcome;
    assert.deepEqual([code, out], [0, '']);
    assert.match(err, /^\d{4}-\d\d-\d\dT[\d:.]+Z app: \(\?\) -> OK: fine$/m);
    assert.match(err, /app: OK -> ERR: fine$/m);
    assert.match(err, /app ran \d+ ms: OK fine$/m);
    assert.match(err, /app: starting \.\/app\.sh in \//);
    assert.match(err, /POST http:.*\/api\/set\/service\/status, \d+ bytes: 200$/m);
    assert.match(err, /answered 503: later, \*\*\*$/m);
    assert.ok(!err.includes(KEY) && !err.includes(PASSWORD), err);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`on ${signal} kills what runs, sends what waits and exits with 0`, async () => {
      workshop.script('slow.sh', 'sleep 60 & echo $! > pids; echo $$ >> pids; wait');
      collector.script.push(json(503, {}, { 'retry-after': '15' }));
      const program = start(overc() + service('slow', 60, './slow.sh') + service('app', 60, 'true'));
      const pids = await until('the plugin runs', () => workshop.numbers('pids', 2));
      await collector.request(1);
      await until('the refusal is told', () => program.err.includes('answered 503'));
      program.kill(signal);
      assert.equal((await program.outcome).code, 0);
      assert.deepEqual(collector.states, ['app OK', 'app OK']);
      await until('all are gone', () => !pids.some(isRunning));
    });

  it('lets its services end on purpose when it is stopped, if told so', async () => {
    const program = start(
      `${overc()}bye = yes\n${service('app', 60, 'echo fine')}${service('late', 60, 'sleep 60')}`,
    );
    await sent('app OK');
    program.kill('SIGTERM');
    assert.equal((await program.outcome).code, 0);
    const { sent_at: _, ...last } = collector.received.at(-1)?.body ?? {};
    const services = [{ name: 'app', state: 'OK', info: 'fine', period: 60, bye: true }];
    assert.deepEqual(last, { server: { name: 'a.example.com', key: KEY }, period: 60, services });
  });

  it('ends soon even when the collector hangs', async () => {
    collector.answer = hang;
    const program = start(overc() + service('app', 60, 'true'));
    await collector.request(1);
    const stoppedAt = performance.now();
    program.kill('SIGTERM');
    assert.equal((await program.outcome).code, 0);
    assert.ok(performance.now() - stoppedAt < 4500);
    assert.match(program.err, /Kept for later: app/);
  });

  it('goes on when the collector comes back', async () => {
    collector.script.push((response) => response.destroy(), json(502, {}));
    start(overc() + service('app', 60, 'true'));
    await until('three tries', () => collector.states.length === 3);
  });

  it('tells the collector of its own fatal error, leaves nothing running and exits with 1', async () => {
    workshop.script('slow.sh', 'echo $$ > pids; exec sleep 60');
    const fault = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("out of luck")})';
    const program = start(overc() + service('slow', 60, './slow.sh'), [], ['--import', fault]);
    const pids = await until('the plugin runs', () => workshop.numbers('pids', 1));
    program.kill('SIGUSR2');
    const { code, err } = await program.outcome;
    assert.equal(code, 1);
    assert.match(err, /^overcli: monitor stopped: out of luck$/m);
    const alerts = collector.received.filter(({ path }) => path === '/api/set/alerts');
    assert.deepEqual(
      alerts.map(({ body }) => body.alerts),
      [[{ message: 'overcli monitor stopped: out of luck' }]],
    );
    await until('the plugin is gone', () => !pids.some(isRunning));
  });

  it('runs fifty services side by side without a warning', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
    const program = start(overc() + names.map((name) => service(name, 60, 'sleep 0.2')).join(''));
    await sent(...names.map((name) => `${name} OK`));
    program.kill('SIGTERM');
    assert.ok(!(await program.outcome).err.includes('Warning'));
    assert.ok(collector.received.length < 25, `${collector.received.length} POSTs`);
  });

  const faults: [string, RegExp][] = [
    [
      '[service:a]\nperiod=5\ncommand=true',
      /config\.ini: \[overc\] server: is missing; add server = .*, or give -s URL/,
    ],
    [
      '[overc]\nserver=http://h\n[service:a]\nperiod=5\ncommand=true',
      /\[overc\] my-name: is missing; .*or give -i NAME:KEY/,
    ],
    [
      '[overc]\nserver=http://h\nmy-name=x\n[service:a]\nperiod=5\ncommand=true',
      /\[overc\] my-key: is missing/,
    ],
    ['[service:a]\nperiod=x\ncommand=true', /config\.ini: \[service:a\] period: "x" must be a whole number/],
    ['[overc]\n', /config\.ini: \[service:<name>\]: there is none/],
  ];
  it('exits with 2 at a bad file and says file, section, option and remedy', async () => {
    for (const [text, message] of faults) {
      const { code, err } = await overcliHere('monitor', workshop.write('config.ini', text));
      assert.equal(code, 2);
      assert.match(err, message);
    }
  });
});
