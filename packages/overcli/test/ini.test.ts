import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { SettingsError } from '@overc/protocol';
import { filesBeside, parseMonitorFile, readMonitorFile } from '../src/sources/ini.ts';
import type { Timing } from '../src/sources/spec.ts';
import { specOf } from './spec.ts';
import { Workshop } from './workshop.ts';

const GOOD = '[service:a]\nperiod=1\ncommand=true\n';
const parse = (text: string) => parseMonitorFile(text, '/etc/overc');

describe('a monitor file', () => {
  it('is read as the manual shows it', () => {
    const settings = parse(`[overc]
server=http://user:password@mon.example.com:5000/
my-name=a.example.com
my-key=1234

[service:app]
period=5
command=./plugin.d/app.sh

[service:echo]
period = 10
timeout = 1.5s
command = echo 1
`);
    assert.deepEqual(settings, {
      servers: ['http://user:password@mon.example.com:5000/'],
      name: 'a.example.com',
      key: '1234',
      maxLagMs: undefined,
      maxParallel: undefined,
      saysBye: false,
      proxy: undefined,
      ca: undefined,
      folder: '/etc/overc',
      include: undefined,
      single: [],
      spool: undefined,
      spoolBytes: undefined,
      spoolAgeMs: undefined,
      plugins: [
        specOf('app', 5000, { argv: ['./plugin.d/app.sh'], cwd: '/etc/overc' }),
        specOf('echo', 10_000, { argv: ['echo', '1'], cwd: '/etc/overc', timeoutMs: 1500 }),
      ],
    });
  });

  it('may name several addresses', () => {
    const { servers } = parse(
      `${GOOD}[overc]\nserver = http://a.example.com/ https://u:p,w@b.example.com,\n  http://c`,
    );
    assert.deepEqual(servers, ['http://a.example.com/', 'https://u:p,w@b.example.com/', 'http://c/']);
  });

  it('may say when, how long, how often, with what and as whom a plugin runs', () => {
    const me = userInfo();
    const { plugins } = parse(`[service:backup]
cron = 30 2 * * 1-5
timezone = Europe/Berlin
command = ./backup.sh
timeout = 5m
retry = 3
retry-pause = 30s
jitter = 1m
grace = 1h
title = Backup of the shop
user = ${me.username}
nice = 0
env.LC_ALL = C
env.lower_Case = a = "b"
`);
    const timing: Timing = { kind: 'cron', pattern: '30 2 * * 1-5', timezone: 'Europe/Berlin' };
    assert.deepEqual(plugins, [
      specOf('backup', timing, {
        argv: ['./backup.sh'],
        cwd: '/etc/overc',
        timeoutMs: 300_000,
        retries: 3,
        retryPauseMs: 30_000,
        jitterMs: 60_000,
        graceSeconds: 3600,
        title: 'Backup of the shop',
        user: { name: me.username, uid: me.uid, gid: me.gid, home: me.homedir },
        nice: 0,
        env: { LC_ALL: 'C', lower_Case: 'a = "b"' },
      }),
    ]);
  });

  it('gives a cron service a minute, and checks again within a tenth of a short period', () => {
    const { plugins } = parse(
      '[service:a]\ncron=@daily\ncommand=true\n[service:b]\nperiod=20\nretry=1\ncommand=true',
    );
    assert.deepEqual(
      plugins.map(({ timeoutMs, retryPauseMs }) => [timeoutMs, retryPauseMs]),
      [
        [60_000, 10_000],
        [20_000, 2000],
      ],
    );
  });

  it('takes from [defaults] what a service does not say itself', () => {
    const { plugins } = parse(`[service:a]
command=true
[defaults]
period=30
retry=2
env.A=1
env.B=2
[service:b]
command=true
cron=@hourly
retry=0
env.B=3
`);
    assert.deepEqual(
      plugins.map(({ timing, retries, env }) => [timing, retries, env]),
      [
        [{ kind: 'period', periodMs: 30_000 }, 2, { A: '1', B: '2' }],
        [{ kind: 'cron', pattern: '@hourly' }, 0, { A: '1', B: '3' }],
      ],
    );
  });

  it('may leave out [overc], as -s and -i can stand for it', () => {
    assert.equal(parse('[service:a]\nperiod=1\ncommand=true').servers, undefined);
  });

  for (const name of ['a.b.c', '/var/log', 'two words', 'a:b', '[x]', 'ünï ☃', '__proto__', '#1', 'a=b;c'])
    it(`may name a service ${name}`, () => {
      assert.equal(parse(`[service:${name}]\nperiod=1\ncommand=true`).plugins[0]?.service, name);
    });

  const commands: [string, string[]][] = [
    ['./check -w 80% -c "90 %"', ['./check', '-w', '80%', '-c', '90 %']],
    ['./check --url=http://h/?a=b&c=d', ['./check', '--url=http://h/?a=b&c=d']],
    ['sh -c "echo a; echo b # c"', ['sh', '-c', 'echo a; echo b # c']],
    ["./check 'it''s' a\\ b ''", ['./check', 'its', 'a b', '']],
    ['./check $HOME *.txt ~ | > &', ['./check', '$HOME', '*.txt', '~', '|', '>', '&']],
    ['./check\n   --more "x"', ['./check', '--more', 'x']],
  ];
  for (const [command, argv] of commands)
    it(`splits ${JSON.stringify(command)} into words and expands nothing`, () => {
      assert.deepEqual(parse(`[service:a]\nperiod=1\ncommand = ${command}`).plugins[0]?.argv, argv);
    });

  const faults: [string, string, RegExp][] = [
    ['holds no service', '[overc]\nserver=http://h/', /^\[service:<name>\]: there is none; add one/],
    ['is empty', '', /there is none/],
    [
      'has an unknown section',
      `${GOOD}[services:b]\n`,
      /^\[services:b\]: unknown section; known are \[overc\]/,
    ],
    [
      'has an unknown option',
      `${GOOD}[overc]\nmax_lag=1`,
      /^\[overc\] max_lag: unknown option; known here are .*max-lag/,
    ],
    [
      'has an unknown service option',
      `${GOOD}interval=1`,
      /^\[service:a\] interval: unknown option; known here are period/,
    ],
    ['lacks a period', '[service:a]\ncommand=true', /^\[service:a\] period: is missing; add period = 60/],
    ['lacks a command', '[service:a]\nperiod=1', /^\[service:a\] command: is missing; add command = /],
    [
      'has a period of 0',
      '[service:a]\nperiod=0\ncommand=x',
      /^\[service:a\] period: "0" must be a whole number from 1 to 31536000/,
    ],
    ['has a period with a unit', '[service:a]\nperiod=5s\ncommand=x', /period: "5s" must be a whole number/],
    [
      'has a period of more than a year',
      '[service:a]\nperiod=31536001\ncommand=x',
      /period: "31536001" must/,
    ],
    ['has a negative period', '[service:a]\nperiod=-1\ncommand=x', /period: "-1" must/],
    [
      'has an open quote',
      '[service:a]\nperiod=1\ncommand=echo "a',
      /command: "echo \\"a" must close every quote/,
    ],
    ['has an empty command', '[service:a]\nperiod=1\ncommand=', /command: "" must name a program/],
    ['has a wrong timeout', `${GOOD}timeout=soon`, /^\[service:a\] timeout: "soon" must be a duration/],
    ['has a timeout of nothing', `${GOOD}timeout=0`, /timeout: "0" must be at least 0.1s/],
    ['has period and cron', `${GOOD}cron=@daily`, /^\[service:a\] cron: stands beside period; keep one/],
    [
      'has a wrong cron expression',
      '[service:a]\ncron=99 * * * *\ncommand=true',
      /^\[service:a\] cron: "99 \* \* \* \*" must be five fields: .*\(Invalid value for minute: 99\)/,
    ],
    [
      'has a wrong timezone',
      '[service:a]\ncron=@daily\ntimezone=Mars\ncommand=true',
      /^\[service:a\] timezone: "Mars" must be the name of a time zone/,
    ],
    ['has a timezone for a period', `${GOOD}timezone=UTC`, /^\[service:a\] timezone: is only for cron/],
    ['has a wrong retry', `${GOOD}retry=-1`, /^\[service:a\] retry: "-1" must be a whole number from 0/],
    ['has a wrong variable', `${GOOD}env.A-B=1`, /^\[service:a\] env\.A-B: must name a variable/],
    ['has a user that there is not', `${GOOD}user=n0body-here`, /^\[service:a\] user: .* must be a user of/],
    ['has a command in [defaults]', `${GOOD}[defaults]\ncommand=x`, /^\[defaults\] command: belongs to one/],
    ['has a bad [defaults]', `${GOOD}[defaults]\ntimeout=x`, /^\[defaults\] timeout: "x" must be a duration/],
    ['has two keys', `${GOOD}[overc]\nmy-key=a\nkey-file=b`, /^\[overc\] key-file: stands beside my-key/],
    ['has a wrong proxy', `${GOOD}[overc]\nproxy=squid`, /^\[overc\] proxy: the value must be an address/],
    [
      'has a wrong second address',
      `${GOOD}[overc]\nserver=http://a x`,
      /^\[overc\] server: the value must be/,
    ],
    ['has a wrong max-lag', `${GOOD}[overc]\nmax-lag=-1`, /^\[overc\] max-lag: "-1" must be a duration/],
    [
      'names a service twice',
      `${GOOD}[service: a]\nperiod=1\ncommand=x`,
      /^\[service: a\]: the service "a" stands twice/,
    ],
    ['has a section twice', GOOD + GOOD, /line 4: \[service:a\] stands twice/],
    ['has a nameless service', '[service:]\nperiod=1\ncommand=x', /^\[service:\]: "" must not be empty/],
    ['has too long a name', `[service:${'x'.repeat(256)}]`, /must have at most 255 characters/],
    ['has an empty my-name', `${GOOD}[overc]\nmy-name=`, /^\[overc\] my-name: "" must not be empty/],
    ['is no INI file', '{"a":1}', /line 1: "\{"a":1\}" stands before the first \[section\]/],
  ];
  for (const [fault, text, message] of faults)
    it(`is refused when it ${fault}`, () => {
      assert.throws(
        () => parse(text),
        (error: Error) => error instanceof SettingsError && message.test(error.message),
      );
    });

  it('is refused without repeating a key or a password', () => {
    for (const line of ['server=htp://user:s3cret@h', `my-key=${'s3cret'.repeat(50)}`])
      assert.throws(
        () => parse(`${GOOD}[overc]\n${line}`),
        (error: Error) => !error.message.includes('s3cret'),
      );
  });
});

describe('reading a monitor file', () => {
  const workshop = new Workshop();
  after(() => workshop.remove());

  it('runs commands in its folder', () => {
    const file = workshop.write('good.ini', '[service:a]\nperiod=1\ncommand=./a');
    assert.equal(readMonitorFile(file).plugins[0]?.cwd, workshop.folder);
  });

  it('names the file in every error', () => {
    workshop.write('bad.ini', '[service:a]\nperiod=x\ncommand=true');
    const faults: [string, RegExp][] = [
      [workshop.path('none.ini'), /none\.ini: cannot be read: no such file$/],
      [workshop.folder, /: cannot be read: it is a folder$/],
      [workshop.path('bad.ini'), /bad\.ini: \[service:a\] period: "x" must be/],
    ];
    for (const [file, message] of faults) assert.throws(() => readMonitorFile(file), message);
  });

  it('reads what it includes, in the order of the names, relative to itself', () => {
    workshop.folderNamed('conf.d');
    workshop.write('conf.d/20-b.ini', '[service:b]\ncommand=./b');
    workshop.write('conf.d/10-c.ini', '[defaults]\nretry=5\n[service:c]\nperiod=9\ncommand=./c');
    workshop.write('conf.d/.hidden.ini', 'nonsense');
    workshop.write('conf.d/30-d.ini~', 'nonsense');
    const file = workshop.write(
      'main.ini',
      `${GOOD}[defaults]\nperiod=7\nretry=1\n[overc]\ninclude=conf.d/*.ini`,
    );
    assert.deepEqual(
      readMonitorFile(file).plugins.map(({ service, timing, retries, cwd }) => [
        service,
        timing,
        retries,
        cwd,
      ]),
      [
        ['a', { kind: 'period', periodMs: 1000 }, 1, workshop.folder],
        ['c', { kind: 'period', periodMs: 9000 }, 5, workshop.path('conf.d')],
        ['b', { kind: 'period', periodMs: 7000 }, 1, workshop.path('conf.d')],
      ],
    );
  });

  it('names the included file in its errors', () => {
    workshop.folderNamed('more.d');
    const file = workshop.write('includes.ini', `${GOOD}[overc]\ninclude=more.d/?.ini`);
    assert.equal(readMonitorFile(file).plugins.length, 1);
    for (const [text, message] of [
      ['[service:b]\nperiod=x\ncommand=true', /includes\.ini: more\.d\/x\.ini: \[service:b\] period: "x"/],
      ['[service:b\n', /more\.d\/x\.ini: line 1: "\[service:b" lacks/],
      ['[overc]\nserver=http://h', /more\.d\/x\.ini: \[overc\]: belongs to the file that includes/],
      [GOOD, /more\.d\/x\.ini: \[service:a\]: the service "a" stands twice/],
    ] as const) {
      workshop.write('more.d/x.ini', text);
      assert.throws(() => readMonitorFile(file), message);
    }
    workshop.write('includes.ini', `${GOOD}[overc]\ninclude=none.ini`);
    assert.throws(() => readMonitorFile(file), /none\.ini: cannot be read: no such file/);
  });

  it('reads the key from a file', () => {
    workshop.write('the.key', 's3cret\n');
    const file = workshop.write('keyed.ini', `${GOOD}[overc]\nkey-file=the.key`);
    assert.equal(readMonitorFile(file).key, 's3cret');
    assert.deepEqual(filesBeside(readMonitorFile(file)), [workshop.path('the.key')]);
    workshop.write('the.key', '\n');
    assert.throws(
      () => readMonitorFile(file),
      /\[overc\] key-file: .*the\.key: the key in it must not be empty/,
    );
    workshop.write('keyed.ini', `${GOOD}[overc]\nkey-file=no.key`);
    assert.throws(() => readMonitorFile(file), /\[overc\] key-file: .*no\.key: cannot be read: no such file/);
  });

  it('refuses a file of authorities that holds none', () => {
    workshop.write('ca.pem', 'hello');
    const file = workshop.write('ca.ini', `${GOOD}[overc]\nca-file=ca.pem`);
    assert.throws(() => readMonitorFile(file), /\[overc\] ca-file: .*ca\.pem: holds no certificate in PEM/);
  });

  it('refuses what is not UTF-8', () => {
    const file = workshop.write('latin1.ini', Buffer.from('[service:caf\xe9]', 'latin1'));
    assert.throws(() => readMonitorFile(file), /latin1\.ini: is not valid UTF-8; save it in that encoding/);
  });
});
