import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { text as textOf } from 'node:stream/consumers';
import fc from 'fast-check';
import { type Wrapped, wrapCrontab } from '../src/commands/import/wrap.ts';
import { longestPauseMs } from '../src/sources/cron-pause.ts';
import { overcliHere, PROGRAM } from './program.ts';
import { Workshop } from './workshop.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const wrap = (text: string, options: Partial<Parameters<typeof wrapCrontab>[1]> = {}): Wrapped =>
  wrapCrontab(text, { isSystem: false, programIn: () => ['overcli'], ...options });
/** What becomes of one line. */
const wrapped = (line: string) => wrap(line).lines[0];

describe('a crontab, wrapped in overcli run', () => {
  const jobs: [string, string, string][] = [
    [
      'a plain command',
      '5 3 * * *  /usr/bin/env --version ',
      '5 3 * * *  overcli run --service env --period 1d --grace 2h -- /usr/bin/env --version ',
    ],
    [
      'what a shell has to understand',
      '@hourly cd /srv && ./sync.sh > /dev/null 2>&1',
      "@hourly overcli run --service sync --period 1h --grace 15m -- /bin/sh -c 'cd /srv && ./sync.sh > /dev/null 2>&1'",
    ],
    [
      'quotes, and the % that cron takes',
      '*/10 * * * 1-5\tmail -s "it\'s $(date +\\%F)" me%Hello%there',
      "*/10 * * * 1-5\tovercli run --service mail --period 2890m --grace 2h -- /bin/sh -c 'mail -s \"it'\\''s $(date +\\%F)\" me'%Hello%there",
    ],
    [
      'a program that a shell has itself',
      '* * * * * echo hello',
      "* * * * * overcli run --service echo --period 1m --grace 5m -- /bin/sh -c 'echo hello'",
    ],
    [
      'a program that is not there',
      '0 0 1 * * /no/such/backup.sh',
      "0 0 1 * * overcli run --service backup --period 31d --grace 2h -- /bin/sh -c '/no/such/backup.sh'",
    ],
  ];
  for (const [what, line, expected] of jobs)
    it(`keeps ${what} as it was`, () => assert.equal(wrapped(line), expected));

  it('leaves all else as it is, to the byte', () => {
    const text = '# m h  dom mon\r\n\nMAILTO = "a@b"\n  \t\nCRON_TZ=UTC\n@reboot  start \n#* * * * * x\nno\n';
    const { lines, left, services } = wrap(text);
    assert.equal(lines.join('\n'), text);
    assert.deepEqual([left.map(({ line }) => line), services], [[6, 8], []]);
  });

  it('is not wrapped twice', () => {
    const once = wrap('0 1 * * * a.sh && b.sh\n0 2 * * * a.sh\n').lines.join('\n');
    const twice = wrap(`${once}0 3 * * * a.sh\n`);
    assert.equal(twice.lines.slice(0, 3).join('\n'), `${once.trimEnd()}\n${twice.lines[2]}`);
    assert.deepEqual(twice.services, ['a-3']);
    for (const { reason } of twice.left) assert.equal(reason, 'it calls overcli already');
  });

  it('keeps to the shell that the crontab names, and leaves the jobs of one that is none', () => {
    const { lines, left } = wrap('SHELL=/bin/bash\n@daily a | b\nSHELL="/usr/bin/fish"\n@daily a | b\n');
    assert.match(lines[1] ?? '', / -- \/bin\/bash -c 'a \| b'$/);
    assert.deepEqual(left, [
      { line: 4, reason: 'its SHELL, /usr/bin/fish, quotes in another way than sh; wrap it by hand' },
    ]);
  });

  it('has users in the lines of the system', () => {
    const line = '17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly';
    const { lines, services } = wrap(line, { isSystem: true, config: '/etc/overc/50% jobs.ini' });
    assert.equal(
      lines[0],
      "17 *\t* * *\troot\tovercli run --service run-parts --period 1h --grace 15m -c '/etc/overc/50\\% jobs.ini' -- /bin/sh -c 'cd / && run-parts --report /etc/cron.hourly'",
    );
    assert.deepEqual(services, ['run-parts']);
  });

  it('leaves what cron would not take, and what cannot be promised, and says why', () => {
    const reasons: [string, RegExp][] = [
      ['@reboot x', /no next run/],
      ['0 0 29 2 * x', /more than a year/],
      ['0 25 * * * x', /its times are not understood \(Invalid value for hour: 25\)/],
      ['@sometimes x', /@sometimes is no time/],
      ['0 0 * * * %x', /no command/],
      [`0 0 * * * ${'x'.repeat(950)}`, /longer than the 998 bytes/],
      ['0 0 * *', /no line of a crontab/],
    ];
    for (const [line, reason] of reasons) {
      const { lines, left } = wrap(line);
      assert.deepEqual(lines, [line]);
      assert.match(left[0]?.reason ?? '', reason);
    }
  });

  const NAMES: [string, string][] = [
    ['/usr/local/bin/backup.sh --full', 'backup'],
    ['cd /srv/app && FOO=1 nice -n 10 ionice -c3 ./bin/rotate-logs.py /var/log', 'rotate-logs'],
    ['/usr/bin/flock -n /tmp/x.lock /opt/sync.sh', 'sync'],
    ['sudo -u www-data php /srv/artisan schedule:run >> /dev/null 2>&1', 'artisan'],
    ['test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }', 'run-parts'],
    ["bash -c '/opt/a\\%b.sh x'", 'a-b'],
    ['timeout 5m python3 -m module.name', 'module.name'],
    ['[ -x /usr/lib/php/sessionclean ] && if true; then /usr/lib/php/sessionclean; fi', 'sessionclean'],
    ['$HOME/bin/größe.sh', 'größe'],
    ['>/dev/null', 'job'],
  ];
  for (const [command, name] of NAMES)
    it(`calls the service of ${command} ${name}`, () =>
      assert.deepEqual(wrap(`@daily ${command}`).services, [name]));

  it('gives every job a name of its own, as short as it may be', () => {
    const commands = [
      'run-parts --report /etc/cron.daily',
      'run-parts --report /etc/cron.weekly',
      'sync.sh a',
      'sync.sh a',
      'sync.sh',
      'other',
    ];
    assert.deepEqual(wrap(commands.map((command) => `@daily ${command}`).join('\n')).services, [
      'run-parts-cron.daily',
      'run-parts-cron.weekly',
      'sync-a',
      'sync-a-2',
      'sync',
      'other',
    ]);
  });

  const PAUSES: [string, number][] = [
    ['* * * * *', MINUTE_MS],
    ['*/7 * * * *', 7 * MINUTE_MS],
    ['0 9-17 * * 1-5', 64 * HOUR_MS],
    ['30 2 * * *', DAY_MS],
    ['0 6,18 * * *', 12 * HOUR_MS],
    ['0 0 * * sun', 7 * DAY_MS],
    ['0 0 1,15 * *', 17 * DAY_MS],
    ['0 0 1 * 1', 7 * DAY_MS],
    ['0 0 */2 * 1', 21 * DAY_MS],
    ['0 12 1 jan-mar *', 306 * DAY_MS],
    ['@monthly', 31 * DAY_MS],
    ['@Weekly', 7 * DAY_MS],
    ['0 0 31 2 *', Number.POSITIVE_INFINITY],
  ];
  for (const [schedule, pauseMs] of PAUSES)
    it(`knows how long ${schedule} may pause`, () =>
      assert.equal(longestPauseMs(schedule) / HOUR_MS, pauseMs / HOUR_MS));
});

describe('a wrapped job', () => {
  const workshop = new Workshop();
  before(() => {
    workshop.script('overcli', 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"');
    workshop.write('listed.txt', 'x\n');
  });
  after(() => workshop.remove());

  /** What comes of a line's command in cron, less what parts of a pipe say on standard error at the same time: the rules of crontab(5), and of do_command.c in Debian's cron. */
  function byCron(command: string, shell: string) {
    const [line = ''] = /^(?:[^\\%]|\\.|\\$)*/s.exec(command) ?? [];
    const input = command.slice(line.length + 1).replace(/\\%|%/g, (text) => (text === '%' ? '\n' : '%'));
    const { status, stdout } = spawnSync(shell, ['-c', line.replace(/\\([\\%])/g, '$1')], {
      input,
      cwd: workshop.folder,
      env: { PATH: `${workshop.folder}:/usr/bin:/bin`, HOME: workshop.folder },
      encoding: 'utf8',
    });
    return { status, stdout };
  }

  const word = fc.constantFrom(
    ...[
      'echo',
      'cat',
      'printf',
      '/bin/echo',
      'expr 1 + 1',
      'true',
      'false',
      'exit 3',
      'ls *.txt',
      'x=1',
      ':',
    ],
    ...["'", "'a b'", '"$HOME"', "it\\'s", '"it\'s"', '`echo c`', '$(echo "d")', '\\', '\\\\', '$x', '"$x"'],
    ...['\\%', '%', '\\\\%', '\\\\\\%', '%in', '%two\\%'],
    ...[
      '|',
      '|| ',
      '&&',
      ';',
      '>&2',
      '2>&1',
      '(',
      ')',
      '#',
      '*',
      '~',
      '!',
      'ü',
      '=',
      '-n',
      '{ :; }',
      '<listed.txt',
    ],
  );
  const command = fc
    .array(fc.tuple(word, fc.constantFrom(' ', ' ', '  ', '\t', '')), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.map(([text, gap]) => text + gap).join(''))
    .filter((text) => text.trimStart() === text);

  it('does what it did, whatever is in its line', () => {
    let count = 0;
    fc.assert(
      fc.property(command, fc.constantFrom('/bin/sh', '/bin/bash'), (text, shell) => {
        const { lines, services } = wrap(`SHELL=${shell}\n* * * * * ${text}`);
        if (services.length === 0) return;
        count += 1;
        const now = (lines[1] ?? '').slice('* * * * * '.length);
        assert.deepEqual(byCron(now, shell), byCron(text, shell), now);
      }),
      { numRuns: 150 },
    );
    assert.ok(count > 100);
  });
});

describe('overcli import crontab', () => {
  const workshop = new Workshop();
  after(() => workshop.remove());
  const TEXT = '# mine\nPATH=/nowhere\n@daily true\n@reboot x\n';

  it('prints the new crontab, and says on standard error what became of it', async () => {
    const config = workshop.write(
      'way.ini',
      '[overc]\nserver=http://localhost:5000\nmy-name=a\nmy-key=s3cret\n',
    );
    const file = workshop.write('crontab', TEXT);
    const { code, out, err } = await overcliHere('import', 'crontab', file, '-c', config);
    assert.equal(code, 0);
    const own = `${process.execPath} ${process.argv[1]}`;
    assert.equal(
      out,
      TEXT.replace(
        'true',
        `${own} run --service true --period 1d --grace 2h -c ${config} -- /bin/sh -c 'true'`,
      ),
    );
    assert.equal(
      err,
      '1 job wrapped: true\nleft line 4, @reboot x: @reboot names no next run that could be promised\n',
    );
  });

  it('reads standard input where the file is -', async () => {
    const program = spawn(process.execPath, [PROGRAM, 'import', 'crontab', '-', '--system']);
    program.stdin.end('@daily root a;b\n');
    assert.match(await textOf(program.stdout), /^@daily root .* -- \/bin\/sh -c 'a;b'\n$/);
  });

  const misuses: [string[], RegExp][] = [
    [['anacron'], /import: "anacron" must be one of crontab/],
    [[], /crontab is missing: overcli import crontab \[FILE\]/],
    [['crontab', '/no/file'], /\/no\/file: cannot be read/],
    [['crontab', '/dev/null', '--apply'], /--apply installs the user's own crontab; for a file/],
    [['crontab', '/dev/null', '--yes'], /--yes goes with --apply/],
    [['crontab', '/dev/null', '-i', 'a:b'], /no place for a key; put .* and give -c FILE/],
    [['crontab', '/dev/null', '-c', '/no/way.ini'], /\/no\/way\.ini: cannot be read/],
  ];
  for (const [args, message] of misuses)
    it(`refuses ${args.join(' ') || 'nothing'}`, async () => {
      const { code, out, err } = await overcliHere('import', ...args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
    });

  it('does not guess at bytes that are no UTF-8', async () => {
    const file = workshop.write('latin', Buffer.from('# gr\xfc\xdfe\n', 'latin1'));
    const { code, out, err } = await overcliHere('import', 'crontab', file);
    assert.deepEqual([code, out, /not UTF-8.*iconv/.test(err)], [2, '', true]);
  });
});
