import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../src/clock.ts';
import { unitFor } from '../src/commands/unit-file.ts';
import { Spool } from '../src/spool/spool.ts';
import { selfSigned } from './checks/authority.ts';
import { Collector, json } from './collector.ts';
import { ForwardProxy } from './forward-proxy.ts';
import { type Outcome, overcliHere, PROGRAM, Program } from './program.ts';
import { until } from './until.ts';
import { Workshop } from './workshop.ts';

const KEY = 'k3y-of-web1';
const PASSWORD = 'pa55word';
const BUNDLE = fileURLToPath(new URL('../overcli.mjs', import.meta.url));
const APP = 'app]\nperiod = 60\ncommand = echo fine';

describe('overcli doctor', () => {
  const workshop = new Workshop();
  let collector: Collector;
  const said: string[] = [];

  beforeEach(async () => {
    collector = await new Collector().start();
  });
  afterEach(() => collector.close());
  after(() => workshop.remove());

  /** A monitor's file that only its owner reads. */
  const config = (name: string, server: string, services: string[] = [APP], more = '') => {
    const head = `[overc]\nserver = ${server}\nmy-name = web1\nmy-key = ${KEY}\n${more}\n`;
    const file = workshop.write(`${name}.ini`, head + services.map((text) => `[service:${text}\n`).join(''));
    chmodSync(file, 0o600);
    return file;
  };
  const doctor = async (...args: string[]): Promise<Outcome> => {
    const outcome = await overcliHere('doctor', ...args);
    said.push(outcome.out, outcome.err);
    return outcome;
  };
  const line = ({ out }: Outcome, start: RegExp) =>
    out.split('\n').find((text) => start.test(text.replace(/ +/g, ' '))) ??
    assert.fail(`no line like ${start} in\n${out}`);

  it('finds nothing wrong with a monitor that runs', async () => {
    const file = config('well', collector.url);
    const monitor = new Program(['monitor', file]);
    await collector.request(1);
    const outcome = await doctor(file);
    assert.deepEqual([outcome.code, outcome.err], [0, '']);
    for (const text of outcome.out.split('\n').slice(0, -2)) assert.match(text, /^ok /);
    assert.match(outcome.out, /\nAll is well\.\n$/);
    assert.match(line(outcome, /^ok collector/), /takes the key of web1, and answers in \d+ ms$/);
    assert.match(line(outcome, /^ok address/), /connects: 127\.0\.0\.1:\d+ in \d+ ms$/);
    assert.match(
      line(outcome, /^ok monitor/),
      new RegExp(`it runs as process ${monitor.process.pid}, for \\d+s$`),
    );

    const second = new Program(['monitor', file]);
    await collector.request((await until('a report of the other', () => collector.received.length)) + 1);
    assert.match(line(await doctor(file), /^problem monitor/), /several run .*processes .*; end all but one/);
    for (const one of [monitor, second]) {
      one.kill('SIGTERM');
      await one.outcome;
    }
    assert.match(line(await doctor(file), /^warning monitor/), /none runs .*; start it: overcli monitor /);
  });

  it('says what a missing file needs', async () => {
    const outcome = await doctor(workshop.path('gone.ini'));
    assert.equal(outcome.code, 1);
    assert.match(
      line(outcome, /^problem file/),
      /gone\.ini cannot be read: no such file; write one with overcli init .*gone\.ini$/,
    );
    assert.match(outcome.out, /\n1 problem, 0 warnings\.\n$/);
  });

  it('tells who may read a key, and change what is run', async () => {
    const file = config('open', collector.url);
    chmodSync(file, 0o644);
    assert.match(
      line(await doctor(file), /^warning file/),
      /everybody here can read the key in .*; chmod o-r /,
    );
    chmodSync(file, 0o602);
    assert.match(line(await doctor(file), /^problem file/), /can change which commands .*; chmod o-w /);
    writeFileSync(
      file,
      `[overc]\nserver=${collector.url}\nmy-name=a\nkey-file=the.key\n[service:app]\nperiod=60\ncommand=true\n`,
    );
    chmodSync(file, 0o644);
    chmodSync(workshop.write('the.key', KEY), 0o644);
    assert.match(line(await doctor(file), /^warning file/), /the key in .*the\.key; chmod o-r .*the\.key/);
  });

  it('says what the monitor would of its settings, and looks at the way all the same', async () => {
    const outcome = await doctor(config('bad', collector.url, ['app]\nperiod = soon\ncommand = true']));
    assert.equal(outcome.code, 1);
    assert.match(line(outcome, /^problem settings/), /\[service:app\] period: "soon" must be/);
    line(outcome, /^ok collector/);
  });

  it('examines the way of -s and -i alone, and asks for them when there is nothing to examine', async () => {
    const outcome = await doctor('-s', collector.url, '-i', `web1:${KEY}`);
    assert.equal(outcome.code, 0);
    assert.deepEqual(
      outcome.out.split('\n').map((text) => text.split(/ +/)[1]),
      ['address', 'collector', 'clock', 'spool', 'is', undefined],
    );
    const { code, err } = await doctor('-i', 'a:b');
    assert.deepEqual([code, /-s is missing/.test(err)], [2, true]);
  });

  it('looks at each of several addresses; one that is away is only a warning', async () => {
    const away = await doctor(config('two', `http://127.0.0.1:1/ ${collector.url}`));
    assert.equal(away.code, 0);
    assert.match(line(away, /^warning address/), /http:\/\/127\.0\.0\.1:1\/: nothing listens there; is the/);
    line(away, /^ok collector/);
    const both = await doctor(config('none', 'http://127.0.0.1:1/ http://no..such.host/'));
    assert.equal(both.code, 1);
    assert.match(line(both, /^problem address .*no\.\.such/), /no such host; check its spelling$/);
    assert.doesNotMatch(both.out, /^\w+ +collector/m);
  });

  it('says why a collector does not take a ping', async () => {
    collector.answer = json(403, { error: `server.key: ${KEY} is wrong` });
    const wrongKey = await doctor(config('key', collector.url));
    assert.deepEqual([wrongKey.code, collector.received.length], [1, 1]);
    assert.match(line(wrongKey, /^problem collector/), /answered 403: server\.key: \*\*\* is wrong$/);
    collector.answer = json(404, {});
    const none = await doctor(config('none', collector.url));
    assert.match(line(none, /^problem collector/), /not what an OverC collector says; check the address$/);
  });

  it('tells how far the clock is off', async () => {
    collector.answer = json(200, { pong: 1 }, { date: 'Sun, 22 Nov 2020 10:00:00 GMT' });
    const { code, out } = await doctor(config('late', collector.url));
    assert.equal(code, 0);
    assert.match(out, /^warning +clock +this machine's clock is about \d+ s ahead of that of .*timedatectl/m);
  });

  describe('with TLS', () => {
    const long = selfSigned(workshop, 'long', 60);
    const short = selfSigned(workshop, 'short', 2);
    let secure: Collector;
    let ending: Collector;
    before(async () => {
      secure = await new Collector(long).start();
      ending = await new Collector(short).start();
    });
    after(() => Promise.all([secure.close(), ending.close()]));

    it('says that nobody vouches for a certificate, and how long one is valid', async () => {
      const strange = await doctor(config('strange', secure.url));
      assert.match(
        line(strange, /^problem certificate/),
        /not accepted \(\w+\); name its authority in ca-file/,
      );
      const trusted = await doctor(config('trusted', secure.url, [APP], 'ca-file = long.pem'));
      assert.equal(trusted.code, 0);
      assert.match(line(trusted, /^ok certificate/), /is accepted, and it expires in (59|60)(\.\d)? days/);
      line(trusted, /^ok collector/);
      const soon = await doctor(config('soon', ending.url, [APP], 'ca-file = short.pem'));
      assert.match(
        line(soon, /^problem certificate/),
        /expires in [12](\.\d)? days, on .*; have it renewed$/,
      );
    });

    it('says that there is none', async () => {
      const outcome = await doctor(config('plain', collector.url.replace('http:', 'https:')));
      assert.match(line(outcome, /^problem certificate/), /does not speak TLS with us: .*; is it http:\/\//);
      assert.doesNotMatch(outcome.out, /^\w+ +collector/m);
    });

    it('goes through the proxy, and tells what that says', async () => {
      const proxy = await new ForwardProxy().start();
      const through = `proxy = http://user:${PASSWORD}@${proxy.host}/`;
      const both = config(
        'through',
        `${secure.url} ${collector.url}`,
        [APP],
        `${through}\nca-file = long.pem`,
      );
      const outcome = await doctor(both);
      assert.equal(outcome.code, 0, outcome.out);
      assert.match(
        line(outcome, /^ok proxy .*https/),
        new RegExp(`reached through http://${proxy.host}/, as the file says$`),
      );
      line(outcome, /^ok certificate/);
      assert.equal(outcome.out.match(/^ok +collector/gm)?.length, 2);
      proxy.refusal = 407;
      const refused = await doctor(config('refused', collector.url, [APP], through));
      assert.match(line(refused, /^problem collector/), /the proxy answered 407; put user and password/);
      await proxy.close();
    });

    it('knows the proxy of the environment', async () => {
      const proxy = await new ForwardProxy().start();
      const { NO_PROXY, no_proxy, http_proxy, ...rest } = process.env;
      const args = ['doctor', '-s', collector.url, '-i', `web1:${KEY}`];
      const env = { ...rest, HTTP_PROXY: `http://user:${PASSWORD}@${proxy.host}` };
      const { code, out } = await new Program(args, [], env).outcome;
      assert.equal(code, 0, out);
      assert.match(out, /^ok +proxy .* as HTTP_PROXY says$/m);
      const past = await new Program(args, [], { ...env, NO_PROXY: '127.0.0.1' }).outcome;
      assert.doesNotMatch(past.out, / proxy /);
      assert.equal(proxy.passed.length, 2);
      said.push(out, past.out);
      await proxy.close();
    });
  });

  it('tells what waits for the collector, and whether there is room for it', async () => {
    const withSpool = (value: string) => config('kept', collector.url, [APP], `spool = ${value}`);
    const file = withSpool('waiting');
    const empty = line(await doctor(file), /^ok spool/);
    const folder = /nothing waits in (.*\/waiting\/web1-[0-9a-f]+)$/.exec(empty)?.[1] ?? assert.fail(empty);

    collector.script.push(json(503, {}));
    await overcliHere('-c', file, 'service-status', '60', 'app', 'OK', '--keep');
    assert.match(line(await doctor(file), /^ok spool/), /\d+ B of reports wait in .*, the first of 20/);
    const spool = new Spool(folder, { mostBytes: 1e6, mostAgeMs: 1e9 }, systemClock.wall);
    const at = systemClock.wall() / 1000 - 600;
    await spool.add([{ name: 'app', state: 'OK', info: '', period: 60, at }]);
    assert.match(
      line(await doctor(file), /^warning spool/),
      /; they go out when a monitor of this file runs/,
    );

    const blocked = await doctor(withSpool(workshop.write('in-the-way', '')));
    assert.match(line(blocked, /^problem spool/), /in-the-way\/web1-/);
    assert.match(line(await doctor(withSpool('none')), /^warning spool/), /; take away spool = none/);
  });

  it('looks at every plugin and runs none', async () => {
    workshop.script('good.sh', 'echo 1 > ran');
    chmodSync(workshop.write('plain.sh', '#!/bin/sh\n'), 0o644);
    chmodSync(workshop.write('old.py', '#!/usr/bin/env python1\n'), 0o755);
    const commands = {
      good: './good.sh',
      path: 'echo fine',
      check: 'overcli check disk -w 80% /',
      gone: './gone.sh',
      nowhere: 'no_such_plugin -w 1',
      plain: './plain.sh',
      python: './old.py',
      strange: 'overcli check disc',
      option: 'overcli check disk --bogus',
    };
    const services = Object.entries(commands).map(
      ([name, command]) => `${name}]\nperiod = 60\ncommand = ${command}`,
    );
    const outcome = await doctor(config('plugins', collector.url, services));
    assert.equal(outcome.code, 1);
    line(outcome, /^ok plugins 3 of 9 can be run; /);
    const expected: [string, RegExp][] = [
      ['gone', /there is no program \.\/gone\.sh in \/.*; install it, or correct command$/],
      ['nowhere', /there is no program no_such_plugin on the path \/.*; install it/],
      ['plain', /plain\.sh cannot be run; chmod a\+x /],
      ['python', /old\.py needs python1, which is not there; install it/],
      ['strange', /overcli has no check "disc"; overcli check lists them$/],
      ['option', /Unknown option '--bogus'.*; overcli check disk --help tells its options$/],
    ];
    for (const [name, message] of expected)
      assert.match(line(outcome, new RegExp(`^problem plugins ${name}:`)), message);
    assert.equal(workshop.text('ran'), '');
  });

  it('asks whether the user that a plugin runs as may run it', async function () {
    if (process.getuid?.() !== 0) return assert.ok(this); // only root may become somebody else
    workshop.script('secret.sh', 'true');
    const folder = workshop.path('closed');
    mkdirSync(folder, { mode: 0o700 });
    chmodSync(workshop.script('closed/app.sh', 'true'), 0o755);
    const asNobody = (name: string, command: string) =>
      `${name}]\nperiod = 60\nuser = nobody\ncommand = ${command}`;
    const services = [asNobody('open', 'echo fine'), asNobody('closed', './closed/app.sh')];
    const outcome = await doctor(config('user', collector.url, services));
    line(outcome, /^ok plugins 1 of 2 /);
    assert.match(line(outcome, /^problem plugins closed:/), /app\.sh cannot be run as nobody; chmod a\+x /);
  });

  it('asks whether the user that the monitor runs as may read its file', async function () {
    if (process.getuid?.() !== 0) return assert.ok(this);
    const file = config('nobody', collector.url);
    chmodSync(workshop.folder, 0o755);
    chmodSync(file, 0o644);
    copyFileSync(BUNDLE, workshop.path('overcli.mjs'));
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'])));
    const argv = [workshop.path('overcli.mjs'), 'monitor', file];
    const monitor = spawn(process.execPath, argv, { stdio: 'ignore', uid, gid } as { uid: number });
    const ended = new Promise((resolve) => monitor.once('close', resolve));
    await collector.request(1);
    chmodSync(file, 0o600);
    const outcome = await doctor(file);
    monitor.kill('SIGTERM');
    await ended;
    assert.match(
      line(outcome, /^problem file/),
      /nobody, whom the monitor runs as, cannot read .*; chgrp \$\(id -gn nobody\) .* chmod 640/,
    );
  });

  it('tells when cron expressions run next, and which timeout breaks a promise', async () => {
    const services = [
      'backup]\ncron = 30 2 * * *\ntimezone = Europe/Berlin\ncommand = true',
      'slow]\nperiod = 10\ntimeout = 60\ncommand = true',
    ];
    const { out } = await doctor(config('cron', collector.url, services));
    assert.match(
      out,
      /^ok +schedules +backup runs next at \d{4}-\d\d-\d\d 02:30 Europe\/Berlin, in \d+[smh]$/m,
    );
    assert.match(
      out,
      /^warning +schedules +slow may run for 60 s and promises a report within 10 s; .*timeout shorter/m,
    );
  });

  it('tells when fewer files may be open than the plugins need', async () => {
    const file = config('limits', collector.url);
    const words = [process.execPath, PROGRAM, 'doctor', file].map((word) => `'${word}'`).join(' ');
    const { stdout: out } = await promisify(execFile)('sh', ['-c', `ulimit -n 70; ${words}`]);
    assert.match(
      out,
      /^warning +limits +70 files may be open at once, and plugins side by side may take 72; raise it/m,
    );
  });

  it('prints JSON', async () => {
    const file = config('json', collector.url, ['gone]\nperiod = 60\ncommand = ./gone.sh']);
    const { code, out } = await doctor(file, '--json');
    const { findings, problems, warnings, ...rest } = JSON.parse(out);
    assert.deepEqual([code, rest, problems, warnings], [1, { file }, 1, 1]);
    const { probe, mark, text, advice } = findings.find((one: { mark: string }) => one.mark === 'problem');
    assert.deepEqual([probe, mark, advice], ['plugins', 'problem', 'install it, or correct command']);
    assert.match(text, /^gone: there is no program /);
  });

  it('knows the unit that systemd runs a file by, and as whom', () => {
    const folder = workshop.path('units');
    mkdirSync(folder);
    const misc = fileURLToPath(new URL('../../../../misc/autorun/systemd/', import.meta.url));
    for (const name of ['overcli-monitor.service', 'overcli-monitor@.service'])
      copyFileSync(join(misc, name), join(folder, name));
    const found = ['/etc/overc/monitor.ini', '/etc/overc/monitor-web.ini', '/srv/monitor.ini'].map((file) =>
      unitFor(file, [workshop.path('nowhere'), folder]),
    );
    assert.deepEqual(found, [
      { name: 'overcli-monitor', user: 'overcli' },
      { name: 'overcli-monitor@web', user: 'overcli' },
      undefined,
    ]);
  });

  it('has shown neither key nor password', () => {
    assert.ok(said.length > 20);
    for (const text of said) assert.ok(!text.includes(KEY) && !text.includes(PASSWORD), text);
  });
});
