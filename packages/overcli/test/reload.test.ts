import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { Collector, hangUp } from './collector.ts';
import { NotifySocket } from './notify-socket.ts';
import { Program } from './program.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

describe('a monitor whose settings change', () => {
  let workshop: Workshop;
  let collector: Collector;
  let monitor: Program;

  beforeEach(async () => {
    workshop = new Workshop();
    collector = await new Collector().start();
  });
  afterEach(async () => {
    monitor.kill('SIGTERM');
    await monitor.outcome;
    await collector.close();
    workshop.remove();
  });

  const overc = (more = '') =>
    `[overc]\nserver = ${collector.url}\nmy-name = a.example.com\nmy-key = k1\n${more}\n`;
  const service = (name: string, command = 'true') =>
    `[service:${name}]\nperiod = 60\ncommand = ${command}\n`;
  const start = (text: string) => {
    monitor = new Program(['monitor', workshop.write('config.ini', text)]);
  };
  const sent = (...states: string[]) =>
    until(states.join(), () => states.every((state) => collector.states.includes(state)));
  const alerts = () => collector.received.flatMap(({ body }) => body.alerts ?? []);

  it('takes them within seconds, and leaves alone what did not change', async () => {
    workshop.script('count.sh', 'echo 1 >> counted');
    workshop.script('slow.sh', 'echo $$ > slow.pid; exec sleep 60');
    start(
      overc() + service('same', './count.sh') + service('slow', './slow.sh') + service('app', 'echo old'),
    );
    await sent('same OK', 'app OK');
    const [pid] = await until('the slow one runs', () => workshop.numbers('slow.pid', 1));
    workshop.write('config.ini', overc() + service('same', './count.sh') + service('app', 'sh -c "exit 1"'));
    await sent('app WARN');
    await until('the slow one is gone', () => !isRunning(pid as number));
    assert.deepEqual(workshop.numbers('counted', 1), [1]);
    assert.match(monitor.err, /Read .*config\.ini anew: 2 services/);
  });

  it('takes them at once on SIGHUP, also when the files are as they were', async () => {
    start(overc() + service('app'));
    await sent('app OK');
    monitor.kill('SIGHUP');
    await until('it has read them', () => monitor.err.includes('anew: 1 services'));
  });

  it('notices files that are added to, replaced in and taken from an included folder', async () => {
    workshop.folderNamed('conf.d');
    start(`${overc('include = conf.d/*.ini')}${service('app')}`);
    await sent('app OK');
    workshop.write('conf.d/b.ini', service('added'));
    await sent('added OK');
    renameSync(workshop.write('b.new', service('added', 'sh -c "exit 2"')), workshop.path('conf.d/b.ini'));
    await sent('added ERR');
    renameSync(workshop.path('conf.d/b.ini'), workshop.path('conf.d/b.off'));
    await until('it is gone', () => monitor.err.includes('anew: 1 services'));
  });

  it('ends on purpose what they have no longer, if told so', async () => {
    start(overc('bye = yes') + service('app') + service('old'));
    await sent('app OK', 'old OK');
    workshop.write('config.ini', overc('bye = yes') + service('app'));
    const ended = () =>
      collector.received
        .flatMap(({ body }) => body.services ?? [])
        .filter(({ bye }: { bye?: true }) => bye)
        .map(({ name }: { name: string }) => name);
    await until('it has ended', () => ended().length > 0);
    assert.deepEqual(ended(), ['old']);
  });

  it('goes on with the old ones when the new ones are bad, tells the collector, and takes the next', async () => {
    start(overc() + service('app', 'echo old'));
    await sent('app OK');
    collector.script.push(hangUp);
    workshop.write('config.ini', `${overc()}[service:app]\nperiod = soon\ncommand = true\n`);
    await until('an alert', () => alerts().length > 0);
    assert.match(
      alerts()[0].message,
      /^overcli goes on with its old settings: .*config\.ini: \[service:app\] period: "soon" must be/,
    );
    assert.ok(isRunning(monitor.process.pid as number));
    workshop.write('config.ini', overc() + service('app', 'sh -c "exit 1"'));
    await sent('app WARN');
  });

  it('reports elsewhere, or as somebody else, when they say so', async () => {
    const other = await new Collector().start();
    workshop.write('the.key', 'k1');
    const elsewhere = (url: string) =>
      `[overc]\nserver = ${url}\nmy-name = a.example.com\nkey-file = the.key\n${service('app')}`;
    start(elsewhere(collector.url));
    await sent('app OK');
    workshop.write('the.key', 'k2');
    await until('it has read the key', () => monitor.err.includes('anew'));
    workshop.write('config.ini', elsewhere(other.url) + service('new'));
    const { body } = await other.request(1);
    assert.deepEqual(body.server, { name: 'a.example.com', key: 'k2' });
    await other.close();
  });
});

describe('a monitor under a service manager', () => {
  const workshop = new Workshop();
  let collector: Collector;
  let file: string;
  let socket: NotifySocket;
  let monitor: Program;
  before(async () => {
    collector = await new Collector().start();
    socket = await new NotifySocket(workshop.path('notify')).start();
    const head = `[overc]\nserver = ${collector.url}\nmy-name = a\nmy-key = b\n`;
    workshop.script('app.sh', 'echo "[$NOTIFY_SOCKET]"; exit 1');
    file = workshop.write('config.ini', `${head}[service:app]\nperiod = 60\ncommand = ./app.sh\n`);
  });
  after(async () => {
    monitor.kill('SIGTERM');
    await monitor.outcome;
    socket.close();
    await collector.close();
    workshop.remove();
  });

  it('says that it is ready, alive, how it is, that it reads its settings anew, and that it stops', async () => {
    const env = { ...process.env, NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '500000' };
    monitor = new Program(['monitor', file], [], env);
    const told = (what: string) => until(what, () => socket.told.some((line) => line.includes(what)));
    await told('READY=1|STATUS=1 service');
    const alive = () => socket.told.filter((line) => line === 'WATCHDOG=1').length;
    await until('three signs of life', () => alive() >= 3);
    await told('STATUS=1 service: 1 WARN');
    assert.equal((await collector.request(1)).body.services[0].info, '[]', 'a plugin knows of the socket');
    monitor.kill('SIGHUP');
    await told('RELOADING=1');
    const reloadedAt = socket.told.indexOf('RELOADING=1');
    await until('it is ready again', () =>
      socket.told.slice(reloadedAt).some((line) => line.startsWith('READY=1')),
    );
    monitor.kill('SIGTERM');
    assert.equal((await monitor.outcome).code, 0);
    assert.equal(socket.told.at(-1), 'STOPPING=1');
  });

  it('goes on when nobody listens there, and says so once', async () => {
    const env = { ...process.env, NOTIFY_SOCKET: workshop.path('nobody'), WATCHDOG_USEC: '100000' };
    const before = collector.states.length;
    monitor = new Program(['monitor', file], [], env);
    await until('a report', () => collector.states.length > before);
    await until('a word about it', () => monitor.err.includes('systemd-notify did not pass on READY=1'));
    monitor.kill('SIGTERM');
    const { code, err } = await monitor.outcome;
    assert.deepEqual([code, err.match(/systemd-notify/g)?.length], [0, 1]);
  });

  it('gives no sign of life when that is wanted of another process', async () => {
    const env = { ...process.env, NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '100000', WATCHDOG_PID: '1' };
    const before = socket.told.length;
    monitor = new Program(['monitor', file], [], env);
    await until('it is ready', () => socket.told.length > before);
    await until('it knows its state', () => socket.told.slice(before).some((line) => /WARN/.test(line)));
    assert.ok(!socket.told.slice(before).includes('WATCHDOG=1'));
  });
});
