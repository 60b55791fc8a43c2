import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runBy, ShellLine } from './alike.ts';
import { Collector } from './collector.ts';
import { PseudoTerminal } from './pseudo-terminal.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

/** Writes a line for each signal that it gets, and ends when told. */
const COUNTING = `
for name in TERM INT HUP QUIT USR1 USR2; do trap "echo $name >> got" $name; done
echo $$ > pid; echo $PPID > parent; echo ready
until [ -e go ]; do sleep 0.02; done
exit 7`;

describe('overcli run, signalled', () => {
  let workshop: Workshop;
  let collector: Collector;
  before(async () => {
    collector = await new Collector().start();
  });
  beforeEach(() => {
    collector.received.length = 0;
    workshop = new Workshop();
    workshop.script('counting', COUNTING);
    workshop.script('quick', 'echo $$ > pid; exec sleep 60');
  });
  afterEach(() => {
    for (const file of ['pid', 'parent'])
      for (const pid of workshop.numbers(file, 1) ?? []) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    workshop.remove();
  });
  after(() => collector.close());

  const run = (...options: string[]) => runBy(collector.url, ...options);
  const got = () => workshop.text('got').split('\n').filter(Boolean);
  const numberIn = (file: string) => until(`a number in ${file}`, () => workshop.numbers(file, 1)?.[0]);
  const start = (job: string, options = {}) =>
    new ShellLine(`exec $run ./${job}`, { run: run(), cwd: workshop.folder, detached: true, ...options });

  it('passes each signal on once, whether it was sent to it alone or to its whole group', async () => {
    const line = start('counting');
    await numberIn('parent');
    const pid = line.process.pid as number;
    const expected: string[] = [];
    for (const name of ['TERM', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2'])
      for (const whom of [pid, -pid]) {
        process.kill(whom, `SIG${name}`);
        expected.push(name);
        await until(`${name} to ${whom}`, () => got().length >= expected.length);
      }
    workshop.write('go', '');
    assert.equal((await line.seen).code, 7);
    assert.deepEqual(got(), expected);
  });

  it('ends with a job that dies of what was passed on', async () => {
    const line = start('quick');
    await numberIn('pid');
    line.process.kill('SIGTERM');
    const { code, signal } = await line.seen;
    assert.deepEqual([code, signal], [null, 'SIGTERM']);
    const { body } = await until('the end', () =>
      collector.received.find(({ body }) => !body.services[0].running),
    );
    assert.match(body.services[0].info, /^Killed by SIGTERM after 0\.\d+ s \| duration=/);
    assert.equal(body.services[0].state, 'ERR');
  });

  it('passes on to a job that was stopped that it shall go on', async () => {
    const line = start('counting');
    const job = await numberIn('pid');
    await numberIn('parent');
    process.kill(job, 'SIGSTOP');
    await until('it stands', () => stateOf(job) === 'T');
    line.process.kill('SIGCONT');
    await until('it goes on', () => stateOf(job) !== 'T');
    workshop.write('go', '');
    assert.equal((await line.seen).code, 7);
  });

  it('leaves nothing running beside the job', async () => {
    const line = start('quick');
    await numberIn('pid');
    const group = line.process.pid as number;
    process.kill(group, 'SIGKILL');
    await line.seen.catch(() => {});
    const job = (await numberIn('pid')) as number;
    assert.ok(isRunning(job)); // nobody can pass a SIGKILL on
    await until('the others are gone', () => membersOf(group).join() === String(job));
  });

  it('with --quiet on a terminal is told of Ctrl-C once', async () => {
    await onTerminal(['--quiet']);
  });

  it('on a terminal leaves it to the job, which is told of Ctrl-C once', async () => {
    await onTerminal([]);
  });

  async function onTerminal(options: string[]): Promise<void> {
    workshop.script(
      'look',
      'for fd in 0 1 2; do test -t $fd && echo tty $fd; done; stty size; exec ./counting',
    );
    const words = ['-s', collector.url, '-i', 'web1:k3y', 'run', ...options, '--', './look'];
    const terminal = new PseudoTerminal(words, { columns: 91, rows: 17, cwd: workshop.folder });
    await until('it is ready', () => terminal.raw.includes('ready'));
    assert.match(terminal.raw, /tty 0\r\ntty 1\r\ntty 2\r\n17 91\r\n/);
    const parent = await numberIn('parent');
    const witness = await until('a witness', () => childOf(parent, 'cat'));
    terminal.process.stdin.write('\x03');
    await until('Ctrl-C', () => got().join() === 'INT');
    // Two of the same that come at once are one.
    await until('overcli has noticed', () => (childOf(parent, 'cat') ?? witness) !== witness);
    process.kill(parent, 'SIGINT');
    await until('another to overcli alone', () => got().length > 1);
    workshop.write('go', '');
    assert.equal(await terminal.exited, 7);
    assert.deepEqual(got(), ['INT', 'INT']);
  }

  it('stops on Ctrl-Z and goes on with fg, as a job of a shell', async () => {
    const shell = spawn('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
      cwd: workshop.folder,
      env: { ...process.env, PS1: '$ ', run: run().join(' '), SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let screen = '';
    shell.stdout.on('data', (chunk) => {
      screen += chunk;
    });
    // A shell that is just starting something cannot be stopped, with overcli or without.
    workshop.script('reading', 'echo $PPID > parent; echo $$ > pid; read line; exit 7');
    shell.stdin.write('$run ./reading\n');
    const parent = await numberIn('parent');
    const job = await numberIn('pid');
    shell.stdin.write('\x1a');
    await until('the shell says so', () => screen.includes('Stopped'));
    assert.deepEqual([stateOf(parent), stateOf(job)], ['T', 'T']);
    shell.stdin.write('fg\n');
    await until('it goes on', () => stateOf(job) !== 'T' && stateOf(parent) !== 'T');
    shell.stdin.write('on\necho code=$?\n');
    await until('its code', () => screen.includes('code=7'));
    shell.stdin.end('exit\n');
  });

  it('leaves a terminal as the job left it', async () => {
    const line =
      'stty echo; $run stty -echo; stty -a | grep -o -e -echo\\\\b; stty echo; $run true; stty -a | grep -o " echo\\\\b"';
    const shell = spawn('script', ['-qec', line, '/dev/null'], {
      env: { ...process.env, run: run().join(' '), SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let screen = '';
    shell.stdout.on('data', (chunk) => {
      screen += chunk;
    });
    await new Promise((resolve) => shell.once('close', resolve));
    assert.equal(screen, '-echo\r\n echo\r\n');
  });
});

function stateOf(pid: number): string | undefined {
  return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

function childOf(parent: number, name: string): number | undefined {
  return Number(spawnSync('pgrep', ['-P', String(parent), '-x', name]).stdout) || undefined;
}

/** Those of a process group that still run. */
function membersOf(group: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-g', String(group)], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number).filter(isRunning);
}
