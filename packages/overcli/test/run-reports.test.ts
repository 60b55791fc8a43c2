import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { splitOutput } from '@overc/protocol';
import { systemClock } from '../src/clock.ts';
import { formatDuration } from '../src/commands/run/duration.ts';
import { Tail } from '../src/job/tail.ts';
import { Timeout } from '../src/job/timeout.ts';
import { runBy, ShellLine } from './alike.ts';
import { Collector, hang, json } from './collector.ts';
import { overcli, overcliHere } from './program.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

const KIB = 1024;
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
/** Whoever starts a job waits no longer than this for a collector that does not answer. */
const LONGEST_WAIT_MS = 10_000;

interface Sent {
  name: string;
  title?: string;
  state: string;
  info: string;
  period: number;
  grace: number;
  running?: true;
}

describe('overcli run reports', () => {
  const workshop = new Workshop();
  let collector: Collector;
  beforeEach(async () => {
    collector = await new Collector().start();
  });
  afterEach(() => collector.close());
  after(() => workshop.remove());

  const sent = (): Sent[] => collector.received.flatMap(({ body }) => body.services);
  const to = () => ['-s', collector.url, '-i', 'web1:k3y', 'run'];
  const runs = async (options: string[], job: string) => {
    const { seen } = new ShellLine(`$run ${job}`, {
      run: runBy(collector.url, ...options),
      cwd: workshop.folder,
    });
    const { code } = await seen;
    return { code, ...(sent().at(-1) as Sent) };
  };
  /** The end of `sh -c 'SCRIPT'`. */
  const end = (script: string, ...options: string[]) => runs(options, `sh -c '${script}'`);

  it('that it has begun, and how it went, with the last of its output and what it used', async () => {
    const { code, name, state, info, period, grace } = await end('echo fine; echo "a bit" >&2');
    assert.deepEqual([code, name, state], [0, 'sh', 'OK']);
    assert.deepEqual([period, grace], [DAY_SECONDS, HOUR_SECONDS]);
    assert.match(info, /^Exit code 0 after 0\.\d+ s \| duration=0\.\d+s;/);
    const { text, perf } = splitOutput(info);
    assert.equal(text.split('\n').slice(1).join('\n'), 'fine\na bit');
    assert.deepEqual(
      perf.map(({ label, unit }) => `${label} ${unit}`).filter((one) => one !== 'memory B'),
      ['duration s', 'user s', 'system s'],
    );
    const [start] = sent();
    assert.deepEqual(
      [start?.name, start?.running, start?.period, start?.grace],
      ['sh', true, DAY_SECONDS, HOUR_SECONDS],
    );
  });

  it('name, title and promise as they are given', async () => {
    const options = ['--service', 'backup', '--title', 'Nightly', '--period', '2h', '--grace', '90s'];
    const { name, title, period, grace } = await runs(options, 'true');
    assert.deepEqual([name, title, period, grace], ['backup', 'Nightly', 2 * HOUR_SECONDS, 90]);
  });

  it('each ending as what it is', async () => {
    workshop.script('fails', 'exit 3');
    workshop.script('killed', 'kill -KILL $$');
    const endings: [string, string[], string, number, RegExp][] = [
      ['./fails', [], 'ERR', 3, /^Exit code 3 after 0\.\d+ s \|/],
      ['./killed', [], 'ERR', 137, /^Killed by SIGKILL after 0\.\d+ s \|/],
      ['true', ['--min', '1h'], 'WARN', 0, /^Exit code 0 after 0\.\d+ s, sooner than --min 1 h \|/],
      ['./fails', ['--min', '1h'], 'ERR', 3, /^Exit code 3 after 0\.\d+ s, sooner than --min 1 h \|/],
      ['no-such-program', [], 'UNK', 127, /^Cannot run no-such-program: no such program$/],
    ];
    for (const [job, options, state, code, info] of endings) {
      const seen = await runs(['--service', 'app', ...options], `${job}; exit $?`);
      assert.deepEqual([seen.state, seen.code], [state, code], job);
      assert.match(seen.info, info);
    }
    assert.equal(sent().filter(({ running }) => running).length, 4);
  });

  it('processor time and memory of the job and what it started', async () => {
    const script = `${process.execPath} -e "const b = Buffer.alloc(8e7, 1); while (process.cpuUsage().user < 3e5);" & wait`;
    const { perf } = splitOutput((await end(script)).info);
    const value = (label: string) => perf.find((one) => one.label === label)?.value ?? 0;
    assert.ok(value('user') >= 0.2 && value('user') < 5, String(value('user')));
    assert.ok(value('memory') > 8e7 && value('memory') < 3e8, String(value('memory')));
    assert.ok(value('duration') >= 0.2);
  });

  it('with --quiet nothing of its output', async () => {
    const { info } = await end('echo secret', '--quiet');
    assert.match(info, /^Exit code 0 after [^\n]*$/);
  });

  it('one that lasts too long while it still runs, and when it ends', async () => {
    const line = new ShellLine(`$run sh -c 'until [ -e go ]; do sleep 0.01; done'`, {
      run: runBy(collector.url, '--service', 'slow', '--max', '0.3s', '--timeout', '1h'),
      cwd: workshop.folder,
    });
    const { body } = await collector.request(2);
    assert.deepEqual(
      [body.services[0].state, body.services[0].info, body.services[0].running],
      ['WARN', 'Still running after 0.3 s, which is --max', undefined],
    );
    workshop.write('go', '');
    await line.seen;
    const [start, late, last] = sent();
    assert.deepEqual([start?.running, start?.period, start?.grace], [true, 1, 60]);
    assert.equal(late?.period, HOUR_SECONDS + 10);
    assert.equal(last?.state, 'WARN');
    assert.match(last?.info ?? '', /^Exit code 0 after .*, longer than --max 0\.3 s \|/);
  });

  it('one that runs into its timeout, which ends all that it started', async () => {
    const { code, state, info } = await end('sleep 60 & echo $! > pid; sleep 60', '--timeout', '0.3s');
    assert.deepEqual([code, state], [143, 'ERR']);
    assert.match(info, /^Killed by SIGTERM after 0\.\d+ s, ended at --timeout 0\.3 s \|/);
    assert.equal(sent()[0]?.period, 11);
    const [pid = 0] = workshop.numbers('pid', 1) ?? [];
    await until('its child is gone', () => !isRunning(pid));
  });

  it('one that is deaf to its end at the timeout, which is killed then with all that it started', async () => {
    workshop.script(
      'deaf',
      "trap '' TERM; sh -c 'echo $$ > deaf.pid; while :; do sleep 0.1; done' & wait; sleep 60",
    );
    const job = spawn(workshop.path('deaf'), { cwd: workshop.folder, stdio: 'ignore' });
    const timeout = new Timeout(job.pid as number, { clock: systemClock, timeoutMs: 200, killAfterMs: 100 });
    const [, signal] = await once(job, 'exit');
    timeout.end();
    assert.deepEqual([signal, timeout.isOver], ['SIGKILL', true]);
    const [pid = 0] = workshop.numbers('deaf.pid', 1) ?? [];
    await until('its child is gone', () => !isRunning(pid));
  });

  it('nothing to people when the collector is away, and the job goes on as ever', async () => {
    const run = ['-s', 'http://127.0.0.1:1', '-i', 'web1:k3y', 'run'];
    const silent = await overcli(...run, '--', 'sh', '-c', 'echo out; exit 4');
    assert.deepEqual(silent, { code: 4, out: 'out\n', err: '' });
    const { code, out, err } = await overcli(...run, '-v', '--', 'sh', '-c', 'echo out; exit 4');
    assert.deepEqual([code, out], [4, 'out\n']);
    assert.match(
      err,
      /sh running kept in .*: Cannot reach http:\/\/127\.0\.0\.1:1\/.*\n.*sh ERR kept in .*\n$/,
    );
  });

  it('what it could not be told, once it is there again, with the times at which it was true', async () => {
    const way = workshop.write('keep.ini', `[overc]\nspool=${workshop.path('kept')}\n`);
    const run = [...to(), '-c', way, '--service', 'job', '--', 'true'];
    collector.answer = json(503, { error: 'overloaded' });
    const before = Date.now();
    assert.equal((await overcli(...run)).code, 0);
    const between = Date.now();
    collector.received.length = 0;
    collector.answer = json(200, { ok: 1 });
    assert.equal((await overcli(...run)).code, 0);
    const late = collector.received.flatMap(({ body }) => body.services).filter(({ at }) => at !== undefined);
    assert.deepEqual(
      late.map(({ name, state, running }) => [name, state, running]),
      [
        ['job', 'OK', true],
        ['job', 'OK', undefined],
      ],
    );
    for (const { at } of late) assert.ok(at * 1000 >= before && at * 1000 <= between, `${at}`);
  });

  it('in one line that the collector refuses, without the key, and the job goes on as ever', async () => {
    collector.answer = json(403, { error: 'server.key k3y is wrong' });
    const { code, out, err } = await overcli(...to(), '--', 'sh', '-c', 'echo out; exit 4');
    assert.deepEqual([code, out], [4, 'out\n']);
    assert.match(err, /^\S+ overcli: http:\/\/\S+ answered 403: server\.key \*\*\* is wrong\n$/);
    assert.equal(collector.received.length, 2);
  });

  it('to a collector that hangs for a few seconds at the most, or until it is told to end', async () => {
    collector.answer = hang;
    const line = new ShellLine('exec $run sh -c "echo out; exit 4"', { run: runBy(collector.url) });
    await until('its output', () => String(line.out) === 'out\n');
    const startedAt = performance.now();
    await collector.request(2);
    line.process.kill('SIGTERM');
    const { code, signal, err } = await line.seen;
    assert.deepEqual([code, signal, String(err)], [4, null, '']);
    assert.ok(performance.now() - startedAt < LONGEST_WAIT_MS);
    assert.equal(sent().at(-1)?.state, 'ERR');
  });

  const misuses: [string, string[], RegExp][] = [
    ['no command', [], /COMMAND\.\.\. is missing: overcli run .*-- COMMAND\.\.\./],
    ['a command that is not behind --', ['true'], /COMMAND\.\.\. goes after --: overcli run -- true/],
    ['an empty command', ['--', ''], /COMMAND\.\.\.: the first word is empty/],
    ['a nameless service', ['--service', '', '--', 'true'], /--service: "" must not be empty/],
    [
      'a period that is none',
      ['--period', 'daily', '--', 'true'],
      /--period: "daily" must be a duration.*example 1d/,
    ],
    ['a period of 0', ['--period', '0', '--', 'true'], /--period: "0" must be at least 1s/],
    ['a bad grace', ['--grace', '-1', '--', 'true'], /--grace/],
    ['--min above --max', ['--min', '2h', '--max', '1h', '--', 'true'], /--min: must be less than --max/],
    [
      '--max above --timeout',
      ['--max', '2h', '--timeout', '1h', '--', 'true'],
      /--max: must be less than --timeout/,
    ],
  ];
  for (const [what, args, message] of misuses)
    it(`nothing, and exits with 2, with ${what}`, async () => {
      const { code, out, err } = await overcliHere(...to(), ...args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
      assert.deepEqual(sent(), []);
    });

  it('the last 10 KiB of a long output, cut between characters and harmless', () => {
    const tail = new Tail();
    tail.add(Buffer.from('x'));
    tail.add(Buffer.from('ü'.repeat(20 * KIB)));
    tail.add(Buffer.from('\x1b[31mred\x1b[0m\x07\0 \xff\r\n10%\r20%\n', 'latin1'));
    const [first, second, third, ...rest] = tail.text().split('\n');
    assert.equal(first, '… (the last 10 KiB)');
    assert.match(second ?? '', /^ü{5100,5120}red {2,3}\uFFFD$/);
    assert.deepEqual([third, ...rest], ['10%', '20%']);
  });

  it('durations as people say them', () => {
    const durations = {
      0: '0 s',
      41: '0.04 s',
      1234: '1.23 s',
      12345: '12.3 s',
      60000: '1 min',
      3725000: '1 h 2 min',
    };
    for (const [ms, text] of Object.entries(durations)) assert.equal(formatDuration(Number(ms)), text);
    assert.equal(formatDuration(90_061_000), '1 d 1 h');
    assert.equal(formatDuration(7_200_000), '2 h');
    assert.equal(formatDuration(59_999), '60 s');
  });
});
