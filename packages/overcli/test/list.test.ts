import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import stringWidth from 'string-width';
import { localTime, parseLocalTime } from '../src/clock.ts';
import { Collector, json } from './collector.ts';
import { overcli, overcliHere, PROGRAM, Program } from './program.ts';
import { Workshop } from './workshop.ts';

const KEY = 'k3y-of-web1';
const PASSWORD = 'pa55word';

const service = (name: string, changes: object = {}) => ({
  id: 1,
  server: 'web1',
  name,
  title: null,
  state: 'OK',
  info: 'fine',
  silent: false,
  paused: false,
  ended_at: null,
  state_since: '2024-02-03T04:05:06.789Z',
  ...changes,
});
const alert = (message: string) => ({
  id: 1,
  at: '2024-02-03T04:05:06.789Z',
  server: 'web1',
  service: null,
  kind: 'api/alert',
  severity: 'critical',
  message,
});

/** What a command writes to a terminal, which script(1) opens. */
async function runOnTerminal(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)('script', ['-qec', command, '/dev/null'], { env })).stdout;
}

const ESCAPE = '\x1b';
const STYLE = new RegExp(`${ESCAPE}\\[\\d*m`, 'g');
const plain = (text: string) => text.replace(STYLE, '');

describe('overcli services and alerts', () => {
  const workshop = new Workshop();
  let collector: Collector;
  let to: string[];
  beforeEach(async () => {
    collector = await new Collector().start();
    to = ['-s', collector.url];
  });
  afterEach(() => collector.close());
  after(() => workshop.remove());

  const asked = (index = 0) => new URL(collector.received[index]?.path ?? '', collector.url);

  it('need an address and no key', async () => {
    collector.answer = json(200, { services: [service('app')] });
    assert.equal((await overcli(...to, 'services')).code, 0);
    const { headers, body } = await collector.request(1);
    assert.deepEqual([asked().pathname, body, headers['content-type']], ['/api/v1/services', '', undefined]);

    const file = workshop.write('way.ini', `[overc]\nserver=${collector.url}\nkey-file=not-for-us\n`);
    assert.equal((await overcliHere('-c', file, 'services')).code, 0);
    const { code, err } = await overcliHere('services');
    assert.deepEqual([code, /-s is missing; add -s http/.test(err)], [2, true]);
  });

  it('put what is wrong first, and of an info its first line', async () => {
    collector.answer = json(200, {
      services: [
        service('a'),
        service('b', { state: 'ERR', paused: true }),
        service('c', { silent: true }),
        service('d', { state: 'WARN', info: '91% \x1b[2Jused\nand more' }),
        service('e', { state: 'ERR' }),
      ],
    });
    const { out } = await overcliHere(...to, 'services');
    assert.deepEqual(
      out.split('\n').map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, 'THEN')),
      [
        'SERVER  SERVICE  STATE  SINCE             NOTE    INFO',
        'web1    e        ERR    THEN          fine',
        'web1    c        OK     THEN  silent  fine',
        'web1    d        WARN   THEN          91%  [2Jused',
        'web1    a        OK     THEN          fine',
        'web1    b        ERR    THEN  paused  fine',
        '',
      ],
    );
  });

  it('are whole where nobody cuts them, and narrow on a terminal', async () => {
    const long = 'ü'.repeat(500);
    collector.answer = json(200, { services: [service('日本語'.repeat(20), { info: long })] });
    assert.ok((await overcliHere(...to, 'services')).out.includes(long));

    const command = `stty cols 70; '${process.execPath}' '${PROGRAM}' -s ${collector.url} services`;
    const { NO_COLOR, ...inherited } = process.env;
    const env = { ...inherited, TERM: 'xterm-256color', SHELL: '/bin/sh' };
    const drawn = await runOnTerminal(command, env);
    assert.ok(drawn.includes('\x1b[32mOK\x1b[0m'));
    for (const line of plain(drawn).split(/\r?\n/)) assert.ok(stringWidth(line) <= 70, line);
    assert.equal(await runOnTerminal(command, { ...env, NO_COLOR: '1' }), plain(drawn));
  });

  it('follow the pages until the limit', async () => {
    collector.script.push(
      json(200, { alerts: [alert('1'), alert('2')], next: 'p2' }),
      json(200, { alerts: [alert('3')], next: 'p3' }),
    );
    const { out } = await overcliHere(...to, 'alerts', '--json', '--limit', '3');
    const messages = (JSON.parse(out) as { message: string }[]).map(({ message }) => message);
    assert.deepEqual(messages, ['1', '2', '3']);
    assert.deepEqual(
      [asked(0), asked(1)].map(({ searchParams }) => Object.fromEntries(searchParams)),
      [{ limit: '3' }, { limit: '1', cursor: 'p2' }],
    );
  });

  it('print with --json what the collector answers, harmless for a terminal', async () => {
    const rows = [service('a', { info: '\x9b2J\x1b[2J', new: [1] }), service('b')];
    collector.answer = json(200, { services: rows });
    const { out } = await overcliHere(...to, 'services', '--json');
    assert.deepEqual(JSON.parse(out), rows);
    assert.ok(!out.includes('\x1b') && !out.includes('\x9b'), out);
    collector.answer = json(200, { services: [] });
    assert.equal((await overcliHere(...to, 'services', '--json')).out, '[]\n');
    assert.deepEqual(await overcliHere(...to, 'services'), { code: 0, out: '', err: 'No services.\n' });
  });

  it('ask for what the options say', async () => {
    collector.answer = json(200, { services: [], alerts: [] });
    await overcliHere(...to, 'services', '--of', 'web 1', '--state=ERR', '--silent', '--paused', 'di&sk');
    const wanted = {
      server: 'web 1',
      state: 'ERR',
      silent: 'true',
      paused: 'true',
      q: 'di&sk',
      limit: '500',
    };
    assert.deepEqual(Object.fromEntries(asked(0).searchParams), wanted);

    const before = Date.now() - 2 * 3_600_000;
    const about = ['--of', 'web1', '--service', 'disk', '--kind', 'api/alert', '--severity', 'critical'];
    await overcliHere(...to, 'alerts', ...about, '--since', '2h');
    const { since, ...rest } = Object.fromEntries(asked(1).searchParams);
    assert.deepEqual(rest, {
      server: 'web1',
      service: 'disk',
      kind: 'api/alert',
      severity: 'critical',
      limit: '100',
    });
    assert.ok(Date.parse(since ?? '') >= before && Date.parse(since ?? '') <= Date.now() - 7_199_000);
    await overcliHere(...to, 'alerts', '--since', '2026-01-31T12:00Z');
    assert.equal(asked(2).searchParams.get('since'), '2026-01-31T12:00:00.000Z');
  });

  const misuses: [string[], RegExp][] = [
    [['services', '--state', 'FINE'], /--state: "FINE" must be one of OK, WARN, ERR, UNK/],
    [['services', '--of', ''], /--of: "" must not be empty/],
    [['services', '--limit', '0'], /--limit: "0" must be a whole number from 1/],
    [['services', 'a', 'b'], /"b" is one argument too many/],
    [['services', '--kind', 'x'], /--kind is only for alerts; leave it out/],
    [['alerts', '--severity', 'bad'], /--severity: "bad" must be one of info, warning, critical/],
    [['alerts', '--since', 'yesterday'], /--since: "yesterday" must be how long ago, or a time/],
    [['alerts', '--since', '2026-02-31T25:00'], /--since: "2026-02-31T25:00" must be/],
  ];
  for (const [args, message] of misuses)
    it(`say what is wrong with ${args.join(' ')}`, async () => {
      const { code, out, err } = await overcliHere(...to, ...args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
      assert.ok(err.endsWith(`Run overcli ${args[0]} --help for its options and an example.\n`), err);
      assert.deepEqual(collector.received, []);
    });

  it('tell when something else answers, and repeat no password and no key', async () => {
    const secret = [`http://u:${PASSWORD}@${collector.host}`, `web1:${KEY}`];
    const args = ['-s', secret[0] as string, '-i', secret[1] as string, 'services', '-vv'];
    for (const [answer, message] of [
      [
        (response) => response.end('<html>Sign in</html>'),
        /answered 200: this is not what an OverC collector/,
      ],
      [
        json(200, { services: {} }),
        /answered 200: this is not what an OverC collector says; check the address/,
      ],
      [json(200, { services: [1] }), /answered 200: this is not what/],
      [json(401, {}), /answered 401: it wants credentials; put them in the address/],
      [json(404, {}), /answered 404: this is not what/],
      [json(400, { error: 'state must be one of OK' }), /answered 400: state must be one of OK/],
    ] as [Collector['answer'], RegExp][]) {
      collector.answer = answer;
      const { code, out, err } = await overcliHere(...args);
      assert.deepEqual([code, out], [1, '']);
      assert.match(err, message);
      assert.ok(!err.includes(KEY) && !err.includes(PASSWORD), err);
    }
    const basic = `Basic ${Buffer.from(`u:${PASSWORD}`).toString('base64')}`;
    assert.equal(collector.received[0]?.headers.authorization, basic);
  });

  it('try the addresses of a file in turn', async () => {
    collector.answer = json(200, { services: [service('app')] });
    const file = workshop.write('two.ini', `[overc]\nserver=http://127.0.0.1:1/ ${collector.url}overc\n`);
    const { code } = await new Program(['services', '--json'], [], { OVERCLI_CONFIG: file }).outcome;
    assert.deepEqual([code, asked().pathname], [0, '/overc/api/v1/services']);
  });
});

describe('a time for people', () => {
  it('is shown on the clock of the machine, without the date of today', () => {
    const at = new Date(2026, 0, 31, 12, 5, 9).getTime();
    assert.equal(localTime(at, at + 1000), '12:05:09');
    assert.equal(localTime(at, at + 86_400_000), '2026-01-31 12:05');
  });

  it('is read with a zone, or on the clock of the machine', () => {
    assert.equal(parseLocalTime('2026-01-31'), new Date(2026, 0, 31).getTime());
    assert.equal(parseLocalTime('2026-01-31 12:00'), new Date(2026, 0, 31, 12).getTime());
    assert.equal(parseLocalTime('2026-01-31T12:00:30+01:00'), Date.UTC(2026, 0, 31, 11, 0, 30));
    for (const text of ['', '31.1.2026', '2026-13-01', 'now'])
      assert.ok(Number.isNaN(parseLocalTime(text)), text);
  });
});
