import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunOptions, run } from '../src/run.ts';

const PATIENCE_MS = 8000;

async function until(what: string, fact: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!fact()) {
    assert.ok(performance.now() < end, `Waited in vain: ${what}`);
    await sleep(5);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('running a command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'overc-command-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const shell = (script: string, changes: Partial<RunOptions> = {}) =>
    run({ argv: ['sh', '-c', script], cwd: folder, timeoutMs: 5000, maxOutputBytes: 1000, ...changes });
  const pids = (text: string) => text.trim().split(/\s+/).map(Number);

  it('answers exit code, both outputs and the time it took', async () => {
    const { ending, stdout, stderr, truncated, durationMs } = await shell(
      'echo out; echo err >&2; sleep 0.1; exit 7',
    );
    assert.deepEqual(
      [ending, stdout, stderr, truncated],
      [{ kind: 'exit', code: 7 }, 'out\n', 'err\n', false],
    );
    assert.ok(durationMs >= 100 && durationMs < PATIENCE_MS);
  });

  it('delivers a text to standard input, even a long one that is not read', async () => {
    const input = `😀${'x'.repeat(300_000)}`;
    assert.equal((await shell('wc -c', { input })).stdout.trim(), String(Buffer.byteLength(input)));
    assert.deepEqual((await shell('exit 0', { input })).ending, { kind: 'exit', code: 0 });
    assert.equal((await shell('cat')).stdout, '');
  });

  it('runs in its folder and with its environment', async () => {
    const { stdout } = await shell('pwd -P; echo $COLOUR', {
      env: { PATH: process.env.PATH, COLOUR: 'red' },
    });
    assert.equal(stdout, `${folder}\nred\n`);
  });

  it('keeps the first bytes of each output and lets the program finish', async () => {
    const { stdout, truncated, ending } = await shell('yes é | head -c 10000000; echo done >&2; exit 3');
    assert.deepEqual([truncated, ending], [true, { kind: 'exit', code: 3 }]);
    assert.ok(Buffer.byteLength(stdout) <= 1000 && Buffer.byteLength(stdout) > 990);
    assert.ok(!stdout.includes('\uFFFD'));
  });

  it('turns invalid UTF-8 into well-formed text', async () => {
    assert.equal((await shell("printf 'a\\377\\355\\240\\200b'")).stdout.replace(/\uFFFD+/, '?'), 'a?b');
  });

  it('kills the whole group at the timeout, grandchildren that ignore SIGTERM among them', async () => {
    const stubborn = "trap '' TERM; sh -c 'sleep 60 & echo $!; wait' & echo $! $$; wait; wait";
    const { ending, stdout } = await shell(stubborn, { timeoutMs: 300 });
    assert.deepEqual(ending, { kind: 'timeout' });
    assert.equal(pids(stdout).length, 3);
    await until('all are gone', () => !pids(stdout).some(isRunning));
  });

  it('lets a program tidy up at the timeout', async () => {
    const { ending, stdout } = await shell("trap 'echo tidy; exit 0' TERM; sleep 60 & wait", {
      timeoutMs: 300,
    });
    assert.deepEqual([ending, stdout], [{ kind: 'timeout' }, 'tidy\n']);
  });

  it('kills what the program leaves running when it ends', async () => {
    const { ending, stdout, durationMs } = await shell('sleep 60 & echo $!');
    assert.deepEqual(ending, { kind: 'exit', code: 0 });
    assert.ok(durationMs < 3000);
    await until('the child is gone', () => !pids(stdout).some(isRunning));
  });

  it('does not wait for a child that left the group and holds the pipe', async () => {
    const { ending, stdout, durationMs } = await shell('setsid sleep 60 & echo $!; sleep 0.1; exit 2');
    assert.deepEqual(ending, { kind: 'exit', code: 2 });
    assert.ok(durationMs < 3000);
    for (const pid of pids(stdout).filter(isRunning)) process.kill(pid, 'SIGKILL');
  });

  it('ends early, group and all, when it is aborted', async () => {
    const stop = new AbortController();
    const running = shell('sleep 60 & echo $! > aborted.pid; wait', { signal: stop.signal });
    const file = join(folder, 'aborted.pid');
    const read = () => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return '';
      }
    };
    await until('it runs', () => read().endsWith('\n'));
    stop.abort();
    assert.deepEqual((await running).ending, { kind: 'aborted' });
    await until('the child is gone', () => !pids(read()).some(isRunning));
  });

  it('ends at once when it was aborted before it began', async () => {
    assert.deepEqual((await shell('sleep 60', { signal: AbortSignal.abort() })).ending, { kind: 'aborted' });
  });

  it('names the signal that ended it', async () => {
    assert.deepEqual((await shell('kill -SEGV $$')).ending, { kind: 'signal', signal: 'SIGSEGV' });
  });

  it('waits as long as a year', async () => {
    const { ending } = await shell('sleep 0.05', { timeoutMs: 365 * 86_400_000 });
    assert.deepEqual(ending, { kind: 'exit', code: 0 });
  });

  it('says why a program cannot be started', async () => {
    const plain = join(folder, 'plain');
    writeFileSync(plain, '#!/bin/sh\n');
    chmodSync(plain, 0o644);
    const cases: [Partial<RunOptions>, RegExp][] = [
      [{ argv: ['no-such-program'] }, /^Cannot start no-such-program in .*: no such program or folder$/],
      [{ argv: ['./none'] }, /no such program or folder/],
      [{ cwd: '/nowhere' }, /in \/nowhere: no such program or folder/],
      [{ argv: ['./plain'] }, /not executable \(chmod \+x\)/],
      [{ argv: ['echo', 'x'.repeat(4_000_000)] }, /too many arguments/],
      [{ argv: ['echo', 'a\0b'] }, /^Cannot start echo/],
    ];
    for (const [changes, reason] of cases) {
      const { ending } = await shell('true', changes);
      assert.equal(ending.kind, 'not-started');
      assert.match(ending.kind === 'not-started' ? ending.reason : '', reason);
    }
  });

  it('survives having no file descriptor left', async () => {
    const module = new URL('../src/run.js', import.meta.url).href;
    const program = `
      import { openSync } from 'node:fs';
      import { run } from '${module}';
      try { for (;;) openSync('/dev/null'); } catch {}
      const result = await run({ argv: ['true'], cwd: '/', timeoutMs: 1000, maxOutputBytes: 10 });
      process.stdout.write(result.ending.reason);`;
    const limited = 'ulimit -n 64; exec "$0" --input-type=module -e "$1"';
    const child = spawn('sh', ['-c', limited, process.execPath, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    await once(child, 'close');
    assert.equal(out, 'Cannot start true in /: too many open files');
  });
});
