import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { assertAlike, runBy, ShellLine } from './alike.ts';
import { Collector } from './collector.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

const MEGABYTE = 1e6;

describe('overcli run', () => {
  const workshop = new Workshop();
  let collector: Collector;
  before(async () => {
    collector = await new Collector().start();
    workshop.write('random', randomBytes(300_000));
    workshop.write('plain.txt', 'not a program');
    workshop.script('shellscript', 'echo "$0 $#: $*"');
    workshop.write('bare', 'echo without a first line\n');
    workshop.script('nowhere', '');
    workshop.write('nowhere', '#!/no/such/interpreter\n');
  });
  after(async () => {
    await collector.close();
    workshop.remove();
  });

  const alike = (line: string, input?: string | Buffer) =>
    assertAlike(collector.url, line, { cwd: workshop.folder, ...(input !== undefined && { input }) });

  const lines: Record<string, string[]> = {
    'ends with its exit code': [
      '$run true',
      "$run sh -c 'exit 3'",
      "$run sh -c 'exit 255'",
      '$run ./shellscript a "b c" ""; echo $?',
    ],
    'ends by the signal that it ended by, for its parent and for a shell': [
      ...['TERM', 'INT', 'HUP', 'KILL', 'PIPE', 'USR1'].map((name) => `exec $run sh -c 'kill -${name} $$'`),
      ...['QUIT', 'SEGV'].map((name) => `ulimit -c 0; exec $run sh -c 'kill -${name} $$'`),
      `$run sh -c 'kill -TERM $$'; echo $?`,
    ],
    'prints the same bytes, in the same places': [
      `$run sh -c 'cat random; cat random >&2'`,
      `$run printf '\\0\\377\\r\\nno newline' | cat`,
    ],
    'keeps the order of its two outputs where they go to one place': [
      `$run sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done' >both 2>&1; cat both`,
      `$run sh -c 'echo out; echo err >&2; echo out' >>both.log 2>>both.log; cat both.log; rm both.log`,
    ],
    'can open its outputs by name, have them closed, and nowhere': [
      `$run sh -c 'echo one >/dev/stderr; echo two >/dev/stdout; echo three >/dev/fd/2' 2>&1 | cat`,
      `$run sh -c 'echo one >/dev/stderr; echo two >/dev/stdout; exit 5' 2>opened | cat; cat opened`,
      `$run sh -c 'echo out; exec >&- 2>&-; exit 4' >/dev/null; echo $?`,
    ],
    'reads the same input': ['$run cat', '$run head -c 3; cat'],
    'has a reader that leaves early': [
      '$run yes | head -n 2',
      `{ $run sh -c 'echo a; while echo b; do :; done'; echo $? >&2; } | head -c 1`,
    ],
    'has the same surroundings': [
      `umask 027; ulimit -S -n 321; A='a  b' B= nice -n 5 $run sh -c '
        umask; pwd; nice; ulimit -n; ulimit -H -n; ulimit -c; env -u run -u _ -u PPID'`,
      `IFS=' '; V=$(printf '\\351 \\n\\047\\n.') $run printenv V; $run printf '%s|' "$(printf 'caf\\351 %%\\134\\047')" '' "$(printf '\\n.')"`,
      `$run sh -c 'echo lock >&9; cat <&8; ls /proc/self/fd | tr "\\n" " "' 8<plain.txt 9>handed; cat handed`,
      'mkdir gone; cd gone; rmdir ../gone; $run echo "nowhere"',
      `$run sh -c 'ps -o pgid= -p $$ >group; ps -o pgid= -p $PPID | cmp - group && echo same'`,
    ],
  };
  for (const [sentence, cases] of Object.entries(lines))
    it(sentence, async () => {
      const seen = await Promise.all(cases.map((line) => alike(line, 'one\ntwo\nthree')));
      assert.ok(seen.some(({ code, signal, out, err }) => code || signal || out.length || err.length));
    });

  it('ends as a shell does when its command cannot be run, and says why', async () => {
    const cases: [string, number, RegExp][] = [
      ['no-such-program', 127, /^overcli: Cannot run no-such-program: no such program\n$/],
      ['./nowhere', 127, /no such program/],
      ['./plain.txt', 126, /^overcli: Cannot run \.\/plain\.txt: it is not executable \(chmod \+x\)\n$/],
      ['/tmp', 126, /not executable/],
    ];
    const run = runBy(collector.url);
    const see = ([program]: [string, ...unknown[]]) =>
      new ShellLine(`$run ${program}`, { run, cwd: workshop.folder }).seen;
    const seen = await Promise.all(cases.map(see));
    for (const [index, [program, code, message]] of cases.entries()) {
      assert.deepEqual([seen[index]?.code, String(seen[index]?.out)], [code, ''], program);
      assert.match(String(seen[index]?.err), message);
    }
    await alike('chmod +x bare; $run ./bare');
  });

  it('is deaf to SIGHUP under nohup, and in a script under it', async () => {
    const ignored = `sh -c 'grep SigIgn /proc/self/status'`;
    const { out } = await assertAlike(collector.url, `nohup $run ${ignored} 2>&1 | cat`, { shell: 'bash' });
    assert.match(String(out), /SigIgn:\t0+1\n/);
    workshop.script('nightly', `$run ${ignored}`);
    await alike('nohup ./nightly 2>&1 | cat');
  });

  it('sees what it prints passed on at once', async () => {
    const run = runBy(collector.url);
    const line = new ShellLine(
      `$run sh -c 'printf first; until [ -e go ]; do sleep 0.01; done; printf second'`,
      {
        run,
        cwd: workshop.folder,
      },
    );
    await until('the first word', () => String(line.out) === 'first');
    workshop.write('go', '');
    assert.equal(String((await line.seen).out), 'firstsecond');
  });

  it('prints a lot without overcli growing, however slowly it is read', async () => {
    const run = runBy(collector.url);
    const line = `exec 3>&1; { $run head -c 200000000 /dev/zero & echo $! >&3; wait; } | { sleep 0.3; wc -c; }`;
    const shell = new ShellLine(line, { run });
    let mostBytes = 0;
    const pid = await until('its number', () => Number(/^\d+\n/.exec(String(shell.out))?.[0]) || undefined);
    while (isRunning(pid)) {
      mostBytes = Math.max(mostBytes, residentBytes(pid));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.match(String((await shell.seen).out), /^\d+\n200000000\n$/);
    assert.ok(mostBytes > 10 * MEGABYTE && mostBytes < 150 * MEGABYTE, String(mostBytes));
  });

  it('ends with the job, while what that left running goes on printing where it did', async () => {
    const script = `(until [ -e later ]; do sleep 0.01; done; echo late) & echo early`;
    const line = new ShellLine(`$run sh -c '${script}'; echo $? >&2`, {
      run: runBy(collector.url),
      cwd: workshop.folder,
    });
    await until('the end of the job', () => String(line.err) === '0\n');
    assert.equal(String(line.out), 'early\n');
    workshop.write('later', '');
    assert.equal(String((await line.seen).out), 'early\nlate\n');
  });

  it('with --quiet has its outputs as they are', async () => {
    const run = runBy(collector.url, '--quiet');
    const line = `$run sh -c 'readlink /proc/self/fd/1 /proc/self/fd/2' >outputs 2>&1; cat outputs`;
    const { out } = await new ShellLine(line, { run, cwd: workshop.folder }).seen;
    assert.equal(String(out), `${workshop.path('outputs')}\n`.repeat(2));
  });
});

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
