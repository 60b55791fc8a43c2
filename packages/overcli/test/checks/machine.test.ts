import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { CannotTell } from '../../src/checks/check.ts';
import { usageOf } from '../../src/checks/disk.ts';
import { fillLimit, judgeFill } from '../../src/checks/fill.ts';
import { parseMeminfo } from '../../src/checks/memory.ts';
import { localMounts, parseMounts } from '../../src/checks/mounts.ts';
import { parseStat, parseStatus } from '../../src/checks/proc.ts';
import { range } from '../../src/checks/threshold.ts';
import { judgeUnits, parseShow } from '../../src/checks/unit.ts';
import { formatSize, parseSize } from '../../src/size.ts';
import { PROGRAM } from '../program.ts';
import { Workshop } from '../workshop.ts';
import { numberOf, runCheck } from './outcome.ts';

const PLUGINS = '/usr/lib/nagios/plugins';

describe('a size', () => {
  for (const [text, bytes] of [
    ['0', 0],
    ['100', 100],
    ['100B', 100],
    ['10k', 10_240],
    ['1.5M', 1_572_864],
    ['2 GiB', 2_147_483_648],
    ['1TB', 1_099_511_627_776],
  ] as const)
    it(`written ${text} is ${bytes} bytes`, () => assert.equal(parseSize(text), bytes));

  for (const text of ['', 'k', '-1', '1x', '1,5M', '1e3'])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseSize(text), undefined));

  it('is shown in a unit that people can read', () => {
    assert.deepEqual([0, 1023, 1024, 1_572_864, 2 ** 60].map(formatSize), [
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1.5 MiB',
      '1024.0 PiB',
    ]);
  });
});

describe('check load', () => {
  it('tells the load of this machine, as check_load does', async () => {
    const outcome = await runCheck('load', '-w', '10000', '-c', '20000,20000,20000');
    assert.equal(outcome.state, 'OK');
    const real = loadavg();
    for (const [index, label] of ['load1', 'load5', 'load15'].entries())
      assert.ok(Math.abs(numberOf(outcome, label) - (real[index] as number)) < 1, label);
    assert.deepEqual(outcome.perf[1]?.warn, '10000');
    const plugin = execFileSync(
      `${PLUGINS}/check_load`,
      ['-w', '10000,10000,10000', '-c', '20000,20000,20000'],
      { encoding: 'utf8' },
    );
    const theirs = Number(/load15=([\d.]+)/.exec(plugin)?.[1]);
    assert.ok(Math.abs(numberOf(outcome, 'load15') - theirs) < 0.5, plugin);
  });

  it('is judged by each of its three thresholds', async () => {
    assert.equal((await runCheck('load', '-w', '100000:')).state, 'WARN');
    assert.equal((await runCheck('load', '-c', '~:100000,~:100000,100000:')).state, 'ERR');
  });

  it('is divided by the processors', async () => {
    const { text } = await runCheck('load', '-r');
    assert.match(text, new RegExp(`for each of ${availableParallelism()} processors$`));
  });
});

describe('check memory', () => {
  it('tells how much is used of what the machine has', async () => {
    const outcome = await runCheck('memory', '-w', '0%', '-c', '100%');
    assert.equal(outcome.state, 'WARN');
    const available = outcome.perf.find(({ label }) => label === 'available');
    assert.ok(Math.abs((available?.max as number) - totalmem()) < 1024 * 1024);
    const used = 100 * (1 - (available?.value as number) / totalmem());
    assert.ok(Math.abs(numberOf(outcome, 'used') - used) < 0.2);
  });

  it('is judged by what is available, when that is said as a size', async () => {
    assert.equal((await runCheck('memory', '-c', '1000T')).state, 'ERR');
    assert.equal((await runCheck('memory', '-c', '1k')).state, 'OK');
  });

  it('reads /proc/meminfo, and says what an old one lacks', () => {
    const lines = ['MemTotal:  1000 kB', 'MemAvailable:  250 kB', 'SwapTotal: 10 kB', 'SwapFree: 0 kB'];
    assert.deepEqual(parseMeminfo(lines.join('\n')), {
      total: 1_024_000,
      available: 256_000,
      swapTotal: 10_240,
      swapFree: 0,
    });
    assert.throws(
      () => parseMeminfo(lines[0] as string),
      new CannotTell('/proc/meminfo does not tell MemAvailable'),
    );
  });
});

describe('check disk', () => {
  const workshop = new Workshop();
  after(() => workshop.remove());

  it('tells how full a file system is, as df does', async () => {
    const outcome = await runCheck('disk', '-w', '100%', workshop.folder);
    const [, percent, free] =
      execFileSync('df', ['--output=pcent,avail', '-B1', workshop.folder], { encoding: 'utf8' }).match(
        /(\d+)%\s+(\d+)/,
      ) ?? [];
    assert.equal(Math.ceil(numberOf(outcome, workshop.folder)), Number(percent));
    assert.ok(Math.abs(numberOf(outcome, `${workshop.folder} free`) - Number(free)) < 100 * 1024 * 1024);
    assert.match(outcome.text, new RegExp(`^${workshop.folder} [\\d.]+% used, [\\d.]+ .iB free$`));
  });

  it('looks at every local file system unless told which, and at none that is left out', async () => {
    assert.match((await runCheck('disk', '-w', '100%')).text, /(^|; )\/ [\d.]+% used/);
    const { state, text } = await runCheck('disk', '-x', '/', '/');
    assert.deepEqual([state, text], ['UNK', 'there is no file system to look at; name a path']);
  });

  it('is judged by the worst, which it names first', async () => {
    assert.equal((await runCheck('disk', '-w', '0%', '/')).state, 'WARN');
    assert.equal((await runCheck('disk', '-w', '9000T', '-c', '8000T', '/')).state, 'ERR');
    const gone = await runCheck('disk', '-p', '/', '-p', '/no/such', '-w', '100%');
    assert.equal(gone.state, 'ERR');
    assert.match(gone.text, /^\/no\/such: there is no such path; \/ /);
  });

  it('counts what root keeps to itself as df does, and inodes', () => {
    const stats = { type: 0, bsize: 4096, blocks: 1000, bfree: 150, bavail: 100, files: 1000, ffree: 20 };
    assert.deepEqual(usageOf(stats), {
      usedPercent: 89.5,
      usedBytes: 850 * 4096,
      freeBytes: 100 * 4096,
      inodesPercent: 98,
    });
    assert.equal(usageOf({ ...stats, files: 0, ffree: 0 }).inodesPercent, 0);
  });

  it('takes a percentage for what may be used and a size for what must be free', () => {
    const limits = { warning: fillLimit('80%'), critical: fillLimit('1k') };
    assert.equal(judgeFill({ usedPercent: 80, freeBytes: 1024 }, limits), 'OK');
    assert.equal(judgeFill({ usedPercent: 80.1, freeBytes: 1024 }, limits), 'WARN');
    assert.equal(judgeFill({ usedPercent: 10, freeBytes: 1023 }, limits), 'ERR');
    assert.deepEqual(fillLimit('10G:'), fillLimit('10G'));
    assert.deepEqual(fillLimit('@90%:95%').range, range()('@90:95'));
  });

  it('finds the file systems that can fill up, each once', () => {
    const mounts = parseMounts(
      [
        'proc /proc proc rw 0 0',
        'overlay / overlay rw 0 0',
        '/dev/sda2 /etc/hosts ext4 rw 0 0',
        '/dev/sda2 /data ext4 rw 0 0',
        '/dev/sdb1 /with\\040space\\134 xfs rw 0 0',
        '/dev/loop0 /snap/core squashfs ro 0 0',
        'pool/home /home zfs rw 0 0',
        'server:/x /nfs nfs4 rw 0 0',
        'tmpfs /run tmpfs rw 0 0',
        '/dev/old /over ext4 rw 0 0',
        'tmpfs /over tmpfs rw 0 0',
        '',
      ].join('\n'),
    );
    const types =
      'nodev\tproc\nnodev\toverlay\nnodev\tzfs\nnodev\tnfs4\nnodev\ttmpfs\n\text4\n\txfs\n\tsquashfs\n';
    assert.deepEqual(
      localMounts(mounts, types).map(({ path }) => path),
      ['/', '/data', '/home', '/with space\\'],
    );
  });
});

describe('check process', () => {
  let sleeper: ReturnType<typeof spawn>;
  const mark = `mark-${process.pid}`;
  before(async () => {
    sleeper = spawn('sh', ['-c', `echo up; read wait; : ${mark}`], { stdio: ['pipe', 'pipe', 'ignore'] });
    await once(sleeper.stdout as NonNullable<typeof sleeper.stdout>, 'data');
  });
  after(async () => {
    const ended = once(sleeper, 'exit');
    sleeper.kill('SIGKILL');
    await ended;
  });

  it('finds a process by name, argument and user, and counts it', async () => {
    const uid = `${process.getuid?.()}`;
    const { state, text, perf } = await runCheck('process', '-C', 'sh', '-a', mark, '-u', uid);
    assert.deepEqual([state, text], ['OK', `1 process, PID ${sleeper.pid}`]);
    assert.deepEqual(perf[0], { label: 'processes', value: 1, unit: '', crit: '1:', min: 0 });
    const name = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
    assert.equal((await runCheck('process', '-a', mark, '-u', name, 'sh')).text, text);
  });

  it('is ERR when there is none, unless told otherwise', async () => {
    assert.equal((await runCheck('process', 'no-such-program')).state, 'ERR');
    assert.equal((await runCheck('process', '-w', '0', 'no-such-program')).state, 'OK');
    assert.equal((await runCheck('process', '-w', '0', '-a', mark)).state, 'WARN');
    const { state, text } = await runCheck('process', '-u', 'no-such-user');
    assert.deepEqual([state, text], ['UNK', 'there is no user no-such-user here']);
  });

  it('judges the memory and the age of each', async () => {
    const fat = await runCheck('process', '-a', mark, '-m', 'RSS', '-w', '1k', '-c', '100G');
    assert.equal(fat.state, 'WARN');
    assert.match(fat.text, new RegExp(`^rss of 1 process: 1 beyond: sh \\(PID ${sleeper.pid}\\) `));
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${sleeper.pid}/status`, 'utf8'))?.[1];
    assert.equal(numberOf(fat, 'rss'), Number(kib) * 1024);
    const young = await runCheck('process', '-a', mark, '-m', 'elapsed', '-c', '1h');
    assert.equal(young.state, 'OK');
    assert.ok(numberOf(young, 'elapsed') < 600);
    assert.equal((await runCheck('process', '-a', mark, '-m', 'cpu', '-c', '101%')).state, 'OK');
  });

  it('does not take the shell that runs it for what it looks for', () => {
    const words = `"${process.execPath}" "${PROGRAM}" check process -a only-here-${process.pid}`;
    const { status, stdout } = spawnSync('sh', ['-c', `${words}; exit $?`], { encoding: 'utf8' });
    assert.deepEqual([status, stdout.split('|')[0]], [2, 'PROCESS ERR - no such process']);
  });

  it('counts as many as check_procs', async () => {
    const count = async () =>
      numberOf(await runCheck('process', '-C', 'sh', '-a', mark, '-s', 'S'), 'processes');
    const plugin = execFileSync(`${PLUGINS}/check_procs`, ['-a', mark, '-C', 'sh', '-s', 'S'], {
      encoding: 'utf8',
    });
    assert.equal(await count(), Number(/procs=(\d+)/.exec(plugin)?.[1]), plugin);
  });

  it('reads what the kernel writes, whatever a process is called', () => {
    const text = '42 (a) R 1) S 1 42 42 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 1 0 8000 1000000 250 1844 1 1 0';
    assert.deepEqual(parseStat(text, 180), {
      pid: 42,
      name: 'a) R 1',
      state: 'S',
      elapsedSeconds: 100,
      cpuPercent: 2,
    });
    assert.deepEqual(parseStatus('Name:\tx\nUid:\t7\t8\t8\t8\nVmSize:\t     20 kB\nVmRSS:\t      4 kB\n'), {
      uid: 7,
      residentBytes: 4096,
      virtualBytes: 20_480,
    });
  });
});

describe('check unit', () => {
  it('is UNK, and says why, where systemd does not run', async () => {
    const { state, text } = await runCheck('unit', 'ssh');
    assert.equal(state, 'UNK');
    assert.match(text, /there is no systemctl here|systemctl does not tell: \S/);
  });

  const show = (properties: Record<string, string>) =>
    Object.entries({ Id: 'app.service', LoadState: 'loaded', Type: 'simple', NRestarts: '0', ...properties })
      .map((pair) => pair.join('='))
      .join('\n');
  const units: [what: string, properties: Record<string, string>, state: string, text: string][] = [
    [
      'runs',
      { ActiveState: 'active', SubState: 'running', Result: 'success' },
      'OK',
      'app.service is active (running)',
    ],
    [
      'starts',
      { ActiveState: 'activating', SubState: 'auto-restart', Result: 'exit-code' },
      'WARN',
      'app.service is activating (auto-restart, exit-code)',
    ],
    [
      'failed',
      { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code' },
      'ERR',
      'app.service is failed (failed, exit-code)',
    ],
    [
      'was not started',
      { ActiveState: 'inactive', SubState: 'dead', Result: 'success' },
      'ERR',
      'app.service is inactive (dead)',
    ],
    [
      'ran once and well',
      { Type: 'oneshot', ActiveState: 'inactive', SubState: 'dead', Result: 'success' },
      'OK',
      'app.service is inactive (dead)',
    ],
    [
      'is unknown',
      { LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead' },
      'ERR',
      'app.service: there is no such unit',
    ],
    [
      'was restarted',
      { ActiveState: 'active', SubState: 'running', NRestarts: '3' },
      'WARN',
      'app.service is active (running), restarted 3 times',
    ],
  ];
  for (const [what, properties, state, text] of units)
    it(`is ${state} for one that ${what}`, () => {
      const found = judgeUnits(parseShow(`${show(properties)}\n`), { warning: range()('2') });
      assert.deepEqual([found.state, found.text], [state, text]);
    });

  it('takes the worst of several, and their numbers', () => {
    const one = show({ ActiveState: 'active', SubState: 'running', MemoryCurrent: '4096' });
    const other =
      'Id=b.timer\nLoadState=loaded\nActiveState=failed\nSubState=failed\nResult=resources\nMemoryCurrent=[not set]';
    const found = judgeUnits(parseShow(`${one}\n\n${other}\n`), {});
    assert.equal(found.state, 'ERR');
    assert.equal(found.text, 'app.service is active (running); b.timer is failed (failed, resources)');
    assert.deepEqual(found.perf, [
      { label: 'app.service restarts', value: 0, unit: 'c', min: 0 },
      { label: 'app.service memory', value: 4096, unit: 'B', min: 0 },
    ]);
  });
});
