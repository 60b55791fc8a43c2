import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { runPlugin } from '../src/runner/plugin.ts';
import type { PluginSpec } from '../src/sources/spec.ts';
import { specOf } from './spec.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

describe('running a plugin', () => {
  const workshop = new Workshop();
  after(() => workshop.remove());

  const run = (argv: string[], changes: Partial<PluginSpec> = {}, signal = new AbortController().signal) =>
    runPlugin(specOf('app', 60_000, { argv, cwd: workshop.folder, timeoutMs: 5000, ...changes }), signal);
  const runScript = (body: string, changes: Partial<PluginSpec> = {}) => {
    workshop.script('plugin.sh', body);
    return run(['./plugin.sh'], changes);
  };

  const exits: [number, string][] = [
    [0, 'OK'],
    [1, 'WARN'],
    [2, 'ERR'],
    [3, 'UNK'],
    [77, 'UNK'],
  ];
  for (const [code, state] of exits)
    it(`takes exit code ${code} for ${state}`, async () => {
      assert.deepEqual(await runScript(`echo "up 32h"; exit ${code}`), {
        state,
        info: 'up 32h',
      });
    });

  it('says the exit code when it means nothing and nothing was printed', async () => {
    assert.equal((await runScript('exit 77'))?.info, 'Exit code 77');
  });

  it('keeps every line but the last line break', async () => {
    assert.equal((await runScript("printf 'one\\n\\n two \\n'"))?.info, 'one\n\n two ');
  });

  it('takes standard error when standard output is empty', async () => {
    assert.equal((await runScript('echo oops >&2; echo; exit 2'))?.info, 'oops');
    assert.equal((await runScript('echo noise >&2; echo fine'))?.info, 'fine');
  });

  it('is not harmed by invalid UTF-8 and NULs', async () => {
    const reading = await runScript("printf 'a\\377b\\000c\\303'");
    assert.equal(reading?.info, 'a\uFFFDb\uFFFDc\uFFFD');
  });

  it('reads 64 KiB of output and says that there was more', async () => {
    const reading = await runScript('yes é | head -c 10000000; exit 1');
    assert.equal(reading?.state, 'WARN');
    assert.match(reading?.info ?? '', /é\n… \(cut after 64 KiB\)$/);
    assert.ok(Buffer.byteLength(reading?.info ?? '') < 64 * 1024 + 50);
    assert.ok(reading?.info.isWellFormed());
  });

  it('does not call output cut when only the errors beside it were', async () => {
    assert.equal((await runScript('yes | head -c 100000 >&2; echo fine'))?.info, 'fine');
  });

  it('names the signal that killed it, and what it had printed', async () => {
    const reading = await runScript('echo working; kill -SEGV $$');
    assert.deepEqual([reading?.state, reading?.info], ['UNK', 'Killed by SIGSEGV\nworking']);
  });

  it('is UNK at the timeout, with what it had printed', async () => {
    const reading = await runScript('echo working; sleep 60', { timeoutMs: 300 });
    assert.deepEqual([reading?.state, reading?.info], ['UNK', 'Timed out after 0.3 s\nworking']);
  });

  it('leaves no child behind at the timeout, even when all ignore SIGTERM', async () => {
    const reading = await runScript("trap '' TERM; sleep 60 & echo $! > pids; echo $$ >> pids; wait; wait", {
      timeoutMs: 300,
    });
    assert.match(reading?.info ?? '', /^Timed out/);
    const pids = workshop.numbers('pids', 2) ?? [];
    assert.equal(pids.length, 2);
    await until('all are gone', () => !pids.some(isRunning));
  });

  it('may run for a year', async () => {
    const year = 365 * 86_400_000;
    assert.equal((await runScript('sleep 0.05; echo fine', { timeoutMs: year }))?.info, 'fine');
  });

  it('runs in the folder it was given, without a shell', async () => {
    assert.equal((await run(['pwd', '-P']))?.info, workshop.folder);
    assert.equal((await run(['echo', '$HOME; exit 2']))?.info, '$HOME; exit 2');
  });

  it('is UNK with the reason when it cannot be started', async () => {
    const plain = workshop.script('plain.sh', 'true');
    chmodSync(plain, 0o644);
    const cases: [string[], Partial<PluginSpec>, RegExp][] = [
      [['./missing.sh'], {}, /^Cannot start \.\/missing\.sh in .*: no such program or folder/],
      [['./plain.sh'], {}, /not executable \(chmod \+x\)/],
      [['true'], { cwd: '/nowhere' }, /no such program or folder/],
      [['true', 'a\0b'], {}, /^Cannot start true/],
    ];
    for (const [argv, changes, info] of cases) {
      const reading = await run(argv, changes);
      assert.equal(reading?.state, 'UNK');
      assert.match(reading?.info ?? '', info);
    }
  });

  it('says nothing when the monitor stops it', async () => {
    const stop = new AbortController();
    workshop.script('slow.sh', 'echo $$ > slow.pid; sleep 60');
    const running = run(['./slow.sh'], {}, stop.signal);
    const [pid] = await until('it runs', () => workshop.numbers('slow.pid', 1));
    stop.abort();
    assert.equal(await running, undefined);
    assert.equal(isRunning(pid as number), false);
  });
});
