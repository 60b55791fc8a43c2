import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Collector, json } from './collector.ts';
import { overcli, overcliHere, Program } from './program.ts';
import { Workshop } from './workshop.ts';

const KEY = 'k3y-of-web1';
const PASSWORD = 'pa55word';

describe('overcli', () => {
  const workshop = new Workshop();
  let collector: Collector;
  let to: string[];

  beforeEach(async () => {
    collector = await new Collector().start();
    to = ['-s', `http://proxy:${PASSWORD}@${collector.host}`, '-i', `web1:${KEY}`];
  });
  afterEach(() => collector.close());
  after(() => workshop.remove());

  const services = () => collector.received.flatMap(({ body }) => body.services ?? []);
  const alerts = () => collector.received.flatMap(({ body }) => body.alerts ?? []);

  it('shows help with an example for every command', async () => {
    const { code, out, err } = await overcli('--help');
    assert.deepEqual([code, err], [0, '']);
    for (const command of ['ping', 'service-status', 'alert', 'monitor'])
      assert.match(out, new RegExp(`^ {2}overcli -s 'http.* -i 'localhost:1234' ${command}`, 'm'));
  });

  it('shows its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    assert.deepEqual(await overcli('--version'), { code: 0, out: `${version}\n`, err: '' });
  });

  it('pings, and says whom', async () => {
    const out = `pong from http://${collector.host}/\n`;
    assert.deepEqual(await overcli(...to, 'ping'), { code: 0, out, err: '' });
    const { headers, body } = await collector.request(1);
    assert.deepEqual(body.server, { name: 'web1', key: KEY });
    assert.equal(headers.authorization, `Basic ${Buffer.from(`proxy:${PASSWORD}`).toString('base64')}`);
  });

  it('takes options before and after the command, in every common form, and keys with colons', async () => {
    const url = collector.url;
    const forms = [
      ['ping', '--server', url, '--server-id', 'web1:a:b'],
      ['-s', url, 'ping', '--server-id=web1:a:b'],
      [`-s${url}`, '-iweb1:a:b', 'ping'],
      ['-v', `--server=${url}`, 'ping', '-i', 'web1:a:b', '-v'],
    ];
    const outcomes = await Promise.all(forms.map((form) => overcliHere(...form)));
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      [0, 0, 0, 0],
    );
    for (const { body } of collector.received) assert.equal(body.server.key, 'a:b');
  });

  it('takes from a monitor’s file what -s and -i do not say', async () => {
    const file = workshop.write('way.ini', `[overc]\nserver=${collector.url}\nmy-name=web2\nmy-key=5678\n`);
    assert.equal((await overcliHere('-c', file, 'ping')).code, 0);
    assert.equal((await overcliHere('-i', 'web3:9', 'alert', 'x', `-c${file}`)).code, 0);
    assert.equal((await new Program(['ping'], [], { OVERCLI_CONFIG: file }).outcome).code, 0);
    const names = collector.received.map(({ body }) => body.server.name);
    assert.deepEqual(names, ['web2', 'web3', 'web2']);

    workshop.write('way.ini', '[overc]\nmy-name=web2\n');
    const { code, err } = await overcliHere('-c', file, 'ping');
    assert.deepEqual(
      [code, /way\.ini: \[overc\] server: is missing; add server = http.*or give -s URL/.test(err)],
      [2, true],
    );
  });

  it('shows help about one command with its own options', async () => {
    const { code, out } = await overcliHere('alert', '--help');
    assert.equal(code, 0);
    assert.match(out, /^overcli alert MESSAGE \[--service NAME\]\n/);
    assert.match(out, / --service /);
    assert.doesNotMatch(out, /--table/);
  });

  it('reports a state silently', async () => {
    const outcome = await overcliHere(...to, 'service-status', '60', 'app', 'OK', 'Runs fine');
    assert.deepEqual(outcome, { code: 0, out: '', err: '' });
    assert.deepEqual(services(), [{ name: 'app', state: 'OK', info: 'Runs fine', period: 60 }]);
  });

  it('takes names and infos for the texts they are', async () => {
    const texts: [string, string][] = [
      ['123', '-1'],
      ['007', '0x10'],
      ['1e3', '-5 degrees'],
      ['true', '"quoted"'],
      ['-1', ''],
    ];
    const send = ([name, info]: [string, string]) =>
      overcliHere(...to, 'service-status', '060', name, 'OK', info);
    for (const { code } of await Promise.all(texts.map(send))) assert.equal(code, 0);
    const sent = services().map(({ name, info, period }) => [name, info, period]);
    assert.deepEqual(new Set(sent), new Set(texts.map((pair) => [...pair, 60])));
  });

  it('takes everything after -- for text', async () => {
    assert.equal((await overcliHere(...to, 'alert', '--', '--bogus -v')).code, 0);
    assert.equal((await overcliHere(...to, 'service-status', '60', 'app', 'OK', '--', '-v')).code, 0);
    assert.deepEqual([alerts()[0].message, services()[0].info], ['--bogus -v', '-v']);
  });

  it('sends a state it does not know as it is, for the collector to judge', async () => {
    assert.equal((await overcliHere(...to, 'service-status', '60', 'app', 'FAIL')).code, 0);
    assert.deepEqual(services(), [{ name: 'app', state: 'FAIL', info: '', period: 60 }]);
  });

  it('raises alerts, about a service or the server', async () => {
    await overcliHere(...to, 'alert', 'Something bad');
    await overcliHere(...to, 'alert', '--service', '123', '456');
    await overcliHere(...to, '--service=disk', 'alert', 'full');
    assert.deepEqual(alerts(), [
      { message: 'Something bad' },
      { message: '456', service: '123' },
      { message: 'full', service: 'disk' },
    ]);
  });

  it('exits with 1 and the reason when the collector refuses', async () => {
    collector.answer = json(403, { error: 'server.key is wrong' });
    const { code, out, err } = await overcli(...to, 'ping');
    assert.deepEqual([code, out], [1, '']);
    assert.equal(err, `overcli: http://${collector.host}/ answered 403: server.key is wrong\n`);
  });

  it('exits with 1 and advice when nobody listens', async () => {
    const { code, err } = await overcli('-s', 'http://127.0.0.1:1', '-i', 'a:b', 'alert', 'x');
    assert.equal(code, 1);
    assert.match(err, /^overcli: Cannot reach http:\/\/127\.0\.0\.1:1\/: nothing listens there; .*\n$/);
  });

  it('shows neither key nor password, however much it says', async () => {
    collector.script.push(json(403, { error: `bad key ${KEY}` }));
    const outcomes = await Promise.all([
      overcli(...to, '-vv', 'ping'),
      overcli(...to, '-vv', 'service-status', '60', 'app', 'OK'),
      overcliHere(...to, '-vv', 'ping'),
      overcliHere(...to, 'ping', 'extra'),
      overcliHere('-s', `htp://proxy:${PASSWORD}@h`, '-i', `web1:${KEY}`, 'ping'),
      overcliHere('-s', `http://proxy:${PASSWORD}@127.0.0.1:1`, '-i', `web1:${KEY}`, '-vv', 'ping'),
      overcliHere('-s', collector.url, '-i', KEY, 'ping'),
      overcliHere('-s', collector.url, '-i', 'web1:', KEY, 'ping'),
      overcliHere('-s', collector.url, `-xweb1:${KEY}`, 'ping'),
      overcliHere('-s', collector.url, `--server-ident=web1:${KEY}`, 'ping'),
    ]);
    for (const { out, err } of outcomes) {
      assert.ok(!`${out}${err}`.includes(KEY), err);
      assert.ok(!`${out}${err}`.includes(PASSWORD), err);
    }
  });

  const misuses: [string, string[], RegExp][] = [
    ['no command', [], /a command is missing; give one of ping, service-status, alert, monitor/],
    ['an unknown command', ['pong'], /unknown command "pong"; known are ping/],
    ['an unknown option', ['ping', '--bogus'], /unknown option --bogus/],
    ['an unknown short option', ['ping', '-x'], /unknown option -x/],
    ['a negated option', ['ping', '--no-server'], /unknown option --no-server/],
    ['no address', ['-i', 'a:b', 'ping'], /-s is missing; add -s http/],
    ['no identity', ['-s', 'http://h', 'ping'], /-i is missing; add -i NAME:KEY/],
    [
      'an address of another kind',
      ['-s', 'ftp://h', '-i', 'a:b', 'ping'],
      /-s: the value must be an address with http/,
    ],
    ['an address without a value', ['-i', 'a:b', 'ping', '-s'], /-s: the value must be an address/],
    ['an identity without a colon', ['-i', 'ab', 'ping'], /-i: the value must be NAME:KEY/],
    ['an identity without a name', ['-i', ':b', 'ping'], /-i: the name in NAME:KEY must not be empty/],
    ['an identity without a key', ['-i', 'a:', 'ping'], /-i: the key in NAME:KEY must not be empty/],
    ['too long a name', ['-i', `${'a'.repeat(256)}:b`, 'ping'], /the name in NAME:KEY must have at most 255/],
    ['an argument too many', ['ping', 'x'], /"x" is one argument too many: overcli ping/],
    ['an argument too many after --', ['ping', '--', 'x'], /"x" is one argument too many/],
    [
      'a missing state',
      ['service-status', '60', 'app'],
      /STATE is missing: overcli service-status PERIOD NAME STATE/,
    ],
    [
      'a period with a unit',
      ['service-status', '60s', 'app', 'OK'],
      /PERIOD: "60s" must be a whole number from 1 to/,
    ],
    ['a period of 0', ['service-status', '0', 'app', 'OK'], /PERIOD: "0" must be/],
    ['a nameless service', ['service-status', '60', '', 'OK'], /NAME: "" must not be empty/],
    ['a missing message', ['alert'], /MESSAGE is missing: overcli alert MESSAGE/],
    ['an empty message', ['alert', ''], /MESSAGE: "" must not be empty/],
    ['an alert for a nameless service', ['alert', '--service', '', 'x'], /--service: "" must not be empty/],
    [
      '--service where it means nothing',
      ['ping', '--service', 'x'],
      /--service is only for alert, run; leave it out/,
    ],
    ['a missing file name', ['monitor'], /CONFIG\.ini is missing: overcli monitor CONFIG\.ini/],
    ['a missing file', ['monitor', '/nowhere.ini'], /\/nowhere\.ini: cannot be read: no such file/],
  ];
  it('exits with 2 and sends nothing when it is used wrongly', async () => {
    const misused = [['ping', '--bogus'], ['alert'], ['monitor', '/nowhere.ini']];
    for (const { code, out, err } of await Promise.all(misused.map((args) => overcli(...to, ...args)))) {
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /^overcli: .*\n(Run overcli --help .*\n)?$/);
    }
    assert.deepEqual(collector.received, []);
  });

  for (const [what, args, message] of misuses)
    it(`says what is wrong with ${what}`, async () => {
      // The last -s and -i count, so the wrong ones come last; some cases are about their absence.
      const common = what.startsWith('no ') ? [] : to;
      const { code, out, err } = await overcliHere(...common, ...args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
      assert.equal(err.split('\n').length, err.includes('--help') ? 3 : 2);
    });
});
