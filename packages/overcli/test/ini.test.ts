import assert from 'node:assert/strict';
import { SettingsError } from '@overc/protocol';
import { parseMonitorFile, readMonitorFile } from '../src/sources/ini.ts';
import { Workshop } from './workshop.ts';

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
      server: 'http://user:password@mon.example.com:5000/',
      name: 'a.example.com',
      key: '1234',
      maxLagMs: undefined,
      plugins: [
        { service: 'app', argv: ['./plugin.d/app.sh'], cwd: '/etc/overc', periodMs: 5000, timeoutMs: 5000 },
        { service: 'echo', argv: ['echo', '1'], cwd: '/etc/overc', periodMs: 10_000, timeoutMs: 1500 },
      ],
    });
  });

  it('may leave out [overc], as -s and -i can stand for it', () => {
    assert.equal(parse('[service:a]\nperiod=1\ncommand=true').server, undefined);
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

  const good = '[service:a]\nperiod=1\ncommand=true\n';
  const faults: [string, string, RegExp][] = [
    ['holds no service', '[overc]\nserver=http://h/', /^\[service:<name>\]: there is none; add one/],
    ['is empty', '', /there is none/],
    [
      'has an unknown section',
      `${good}[services:b]\n`,
      /^\[services:b\]: unknown section; known are \[overc\]/,
    ],
    [
      'has an unknown option',
      `${good}[overc]\nmax_lag=1`,
      /^\[overc\] max_lag: unknown option; known here are .*max-lag/,
    ],
    [
      'has an unknown service option',
      `${good}interval=1`,
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
    ['has a wrong timeout', `${good}timeout=soon`, /^\[service:a\] timeout: "soon" must be a duration/],
    ['has a timeout of nothing', `${good}timeout=0`, /timeout: "0" must be at least 0.1s/],
    ['has a wrong max-lag', `${good}[overc]\nmax-lag=-1`, /^\[overc\] max-lag: "-1" must be a duration/],
    [
      'names a service twice',
      `${good}[service: a]\nperiod=1\ncommand=x`,
      /^\[service: a\]: the service "a" stands twice/,
    ],
    ['has a section twice', good + good, /line 4: \[service:a\] stands twice/],
    ['has a nameless service', '[service:]\nperiod=1\ncommand=x', /^\[service:\]: "" must not be empty/],
    ['has too long a name', `[service:${'x'.repeat(256)}]`, /must have at most 255 characters/],
    ['has an empty my-name', `${good}[overc]\nmy-name=`, /^\[overc\] my-name: "" must not be empty/],
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
        () => parse(`${good}[overc]\n${line}`),
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

  it('refuses what is not UTF-8', () => {
    const file = workshop.write('latin1.ini', Buffer.from('[service:caf\xe9]', 'latin1'));
    assert.throws(() => readMonitorFile(file), /latin1\.ini: is not valid UTF-8; save it in that encoding/);
  });
});
