import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { run, Strays } from '@overc/command';
import { runPlugin, sweepStrays } from '../src/runner/plugin.ts';
import type { PluginSpec } from '../src/sources/spec.ts';
import { specOf } from './spec.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

const GIGABYTE = 1e9;

describe('an unruly plugin', () => {
  const workshop = new Workshop();
  after(() => workshop.remove());

  const runScript = (body: string, changes: Partial<PluginSpec> = {}) => {
    workshop.script('plugin.sh', body);
    const settings = { argv: ['./plugin.sh'], cwd: workshop.folder, timeoutMs: 5000, ...changes };
    return runPlugin(specOf('app', 60_000, settings), new AbortController().signal);
  };
  const assertGone = async (file: string, count: number) => {
    const pids = await until('the numbers', () => workshop.numbers(file, count));
    await until('all are gone', () => !pids.some(isRunning));
  };
  /** A script of a process that writes its number down and stays, deaf to SIGTERM, in a session of its own. */
  const stays = (file: string) => {
    workshop.script(`${file}.sh`, `trap '' TERM HUP; echo $$ >> ${file}; while :; do sleep 1; done`);
    return `setsid ./${file}.sh < /dev/null > /dev/null 2>&1 &`;
  };

  it('that forks leaves no child behind', async () => {
    const reading = await runScript('for i in 1 2 3; do sleep 60 & echo $! >> forked; done; echo done');
    assert.deepEqual(reading, { state: 'OK', info: 'done' });
    await assertGone('forked', 3);
  });

  it('that daemonises leaves no daemon behind, also when it ends well', async () => {
    const ready = 'until [ -s daemon ]; do sleep 0.01; done';
    const reading = await runScript(`${stays('daemon')} ${ready}; echo started; exit 1`);
    assert.deepEqual(reading, { state: 'WARN', info: 'started' });
    await assertGone('daemon', 1);
  });

  it('that runs into its timeout leaves nothing behind in other sessions, whatever that starts meanwhile', async () => {
    workshop.script(
      'again.sh',
      "trap '' TERM HUP; echo $$ >> again; sleep 0.05; setsid ./again.sh & sleep 60",
    );
    const reading = await runScript(`${stays('deep')} (setsid ./again.sh > /dev/null 2>&1 &); sleep 60`, {
      timeoutMs: 400,
    });
    assert.match(reading?.info ?? '', /^Timed out/);
    await assertGone('deep', 1);
    await assertGone('again', 3);
  });

  it('that ignores SIGTERM is killed a second later', async () => {
    const reading = await runScript("trap '' TERM; echo $$ > deaf; while :; do sleep 1; done", {
      timeoutMs: 300,
    });
    assert.equal(reading?.state, 'UNK');
    await assertGone('deaf', 1);
  });

  it('that prints a gigabyte is read to its end, and no memory kept of it', async () => {
    const before = process.memoryUsage().rss;
    const reading = await runScript(`head -c ${GIGABYTE} /dev/zero | tr '\\0' x; exit 2`, {
      timeoutMs: 60_000,
    });
    assert.equal(reading?.state, 'ERR');
    assert.match(reading?.info ?? '', /cut after 64 KiB/);
    assert.ok(process.memoryUsage().rss - before < 100e6);
  });

  it('that closes its outputs and goes on is waited for', async () => {
    const reading = await runScript('echo before; exec >&- 2>&-; sleep 0.2; exit 1');
    assert.deepEqual(reading, { state: 'WARN', info: 'before' });
  });

  it('that prints invalid UTF-8 gives well-formed text', async () => {
    const reading = await runScript("printf '\\377\\376ok\\300\\200'; exit 0");
    assert.ok(reading?.info.includes('ok') && reading.info.isWellFormed());
  });

  for (const signal of ['KILL', 'SEGV', 'TERM', 'PIPE'])
    it(`that ends by SIG${signal} is UNK and says so`, async () => {
      const reading = await runScript(
        `${stays(`by-${signal}`)} until [ -s by-${signal} ]; do :; done; kill -${signal} $$`,
      );
      assert.deepEqual(reading, { state: 'UNK', info: `Killed by SIG${signal}` });
      await assertGone(`by-${signal}`, 1);
    });

  it('leaves nothing behind at the end of the monitor, without a wait', async () => {
    await runScript(`${stays('last')} until [ -s last ]; do :; done`);
    sweepStrays();
    await assertGone('last', 1);
  });
});

describe('strays', () => {
  const sleeper = (env: NodeJS.ProcessEnv) =>
    spawn('sleep', ['60'], { env, stdio: 'ignore', detached: true });
  const bounds = { cwd: '/', timeoutMs: 5000, maxOutputBytes: 1000 };

  it('are only what a program has started that is over', async () => {
    const [ours, others] = [new Strays(), new Strays()];
    const running = ours.mark();
    const over = ours.mark();
    const foreign = others.mark();
    const kept = [running, foreign, { env: {} }, { env: { OVERC_RUN: 'mine' } }].map(({ env }) =>
      sleeper({ ...process.env, ...env }),
    );
    const stray = sleeper({ ...process.env, ...over.env });
    await Promise.all([...kept, stray].map((child) => once(child, 'spawn')));
    over.end(false);
    foreign.end(false);
    const ended = once(stray, 'exit');
    assert.equal(ours.sweep(), 1);
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    assert.ok(kept.every(({ pid }) => isRunning(pid as number)));
    for (const child of kept) child.kill('SIGKILL');
  });

  it('are found after many programs that time out at once', async () => {
    const strays = new Strays();
    const runs = Array.from({ length: 20 }, () => {
      const argv = ['sh', '-c', 'setsid sleep 60 > /dev/null & echo $!; sleep 60'];
      return run({ ...bounds, argv, timeoutMs: 1000, strays });
    });
    const pids = (await Promise.all(runs)).map(({ stdout }) => Number(stdout));
    assert.ok(pids.every((pid) => pid > 0));
    await until('all are gone', () => !pids.some(isRunning));
  });
});
