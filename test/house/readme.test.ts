import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const COLLECTOR = 'http://127.0.0.1:5000';

/** The README's blocks of commands, and what stands under each as its output. */
const blocks = [
  ...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```sh\n(.*?)```(?:\s*```json\n(.*?)```)?/gs),
].map(([, commands, output]) => ({ commands: (commands as string).trim(), output: output?.trim() }));

describe('the README’s commands, as they are printed', function () {
  this.timeout(120_000);
  let clone: string;
  const running: ChildProcess[] = [];

  before(() => {
    clone = mkdtempSync(join(tmpdir(), 'overc-readme-'));
    const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
    for (const file of files.filter((file) => existsSync(join(ROOT, file))))
      cpSync(join(ROOT, file), join(clone, file), { preserveTimestamps: true });
    execFileSync('cp', ['-al', 'node_modules', clone], { cwd: ROOT }); // linked, not copied: the installation is large
    for (const name of ['protocol', 'command', 'server', 'overcli'])
      cpSync(join(ROOT, 'packages', name, 'dist'), join(clone, 'packages', name, 'dist'), {
        recursive: true,
        preserveTimestamps: true,
      });
  });
  after(async () => {
    for (const child of running) await stop(child);
    rmSync(clone, { recursive: true, force: true });
  });

  function start(commands: string): ChildProcess {
    const child = spawn('sh', ['-c', commands], { cwd: clone, detached: true, stdio: 'ignore' });
    running.push(child);
    return child;
  }
  const run = (commands: string) =>
    execFileSync('sh', ['-ec', commands], {
      cwd: clone,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const get = async (path: string) =>
    (await fetch(`${COLLECTOR}/api/v1/${path}`)).json() as Promise<Record<string, Record<string, unknown>[]>>;
  const listens = () => eventually(async () => assert.ok((await fetch(`${COLLECTOR}/healthz`)).ok), 60_000);
  const take = (pattern: RegExp) =>
    blocks.find(({ commands }) => pattern.test(commands)) ?? assert.fail(`no block like ${pattern}`);

  it('raise the first alert', async () => {
    await assert.rejects(fetch(COLLECTOR), 'port 5000 must be free for this test');
    const collector = start(take(/^npm start$/).commands);
    await listens();
    assert.match(await (await fetch(COLLECTOR)).text(), /Nothing has reported yet/);

    const first = take(/^curl .*status/);
    assert.equal(run(first.commands), first.output);
    const alerts = take(/^curl .*alerts/).commands;
    await eventually(() => assert.match(run(alerts), /"kind":"plugin\/offline"/));

    run(take(/^npx overcli -s/).commands);
    const [disk] = (await get('services?q=disk')).services as [Record<string, unknown>];
    assert.deepEqual([disk.state, disk.info], ['WARN', '91% used']);
    assert.equal((await get('alerts?kind=api/alert')).alerts?.[0]?.message, 'The cleaning job did not run');

    const monitor = start(take(/^npx overcli monitor/).commands);
    await eventually(async () => {
      const { services = [] } = await get('services?server=localhost');
      assert.deepEqual(
        services.map(({ name }) => name),
        ['disk', 'echo', 'load', 'memory', 'monitor', 'settings', 'web'],
      );
      for (const { name, state, info } of services) assert.equal(state, 'OK', `${name}: ${info}`);
    });
    await stop(monitor);
    await stop(collector);

    const withAlerts = start(take(/^npm start -- /).commands);
    await listens();
    run(take(/^npx overcli -s/).commands);
    await eventually(() => {
      const heard = readFileSync(join(clone, 'misc/examples/alert.d/alerts.log'), 'utf8');
      assert.match(
        heard,
        /web1 disk: \[service:state\/WARN\] State changed: "\(\?\)" -> "WARN"\nCurrent: WARN: 91% used\n/,
      );
    });
    await stop(withAlerts);
  });

  it('are all tried above, but for the one that runs this test', () => {
    const tried = [
      /^npm start$/,
      /^curl .*status/,
      /^curl .*alerts/,
      /^npx overcli -s/,
      /^npx overcli monitor/,
      /^npm start -- /,
      /^npm test$/,
    ];
    for (const { commands } of blocks)
      assert.ok(
        tried.some((pattern) => pattern.test(commands)),
        commands,
      );
    assert.equal(blocks.length, tried.length);
  });
});

/** Ends a command and all that it started, as Ctrl-C does, and waits until it has. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-(child.pid as number), 'SIGINT');
  await ended;
}
