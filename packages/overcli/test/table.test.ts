import assert from 'node:assert/strict';
import stringWidth from 'string-width';
import type { Row } from '../src/commands/monitor/board.ts';
import { renderTable } from '../src/commands/monitor/table.ts';
import { Collector } from './collector.ts';
import { overcli, overcliHere } from './program.ts';
import { PseudoTerminal } from './pseudo-terminal.ts';
import { until } from './until.ts';
import { isRunning, Workshop } from './workshop.ts';

describe('the table', () => {
  const rows: Row[] = [
    { service: 'app', state: 'OK', info: 'fine\nmore', reportedAt: 0, runMs: 12.4, nextAt: 48_000 },
    {
      service: 'disk /var',
      state: 'ERR',
      info: '91% \x1b[2Jused',
      reportedAt: 9000,
      runMs: 1500,
      isRunning: true,
    },
    { service: 'new', info: '' },
  ];
  const options = { columns: 80, rows: 24, now: 10_000, hasColours: false };

  it('shows service, state, last, next and time taken, the worst first, and what infos hold harmlessly', () => {
    assert.deepEqual(renderTable('web1', rows, [], options), [
      'web1',
      'SERVICE    STATE  LAST      NEXT      TOOK     INFO',
      'disk /var  ERR    1s ago    running   1.5 s    91%  [2Jused',
      'new',
      'app        OK     10s ago   in 38s    12 ms    fine',
    ]);
  });

  it('colours states alone, and those only where it may', () => {
    const coloured = renderTable('web1', rows, [], { ...options, hasColours: true });
    assert.equal(coloured[2], 'disk /var  \x1b[31mERR\x1b[0m    1s ago    running   1.5 s    91%  [2Jused');
  });

  it('is never wider or higher than the terminal, whatever the names are', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      service: `日本語👩‍👩‍👧${index}`.repeat(index % 5),
      state: 'OK' as const,
      info: 'ü'.repeat(100),
    }));
    for (const columns of [10, 20, 40, 79])
      for (const height of [4, 10, 30]) {
        const lines = renderTable('headline', many, ['said\n', 'and said\n'], {
          ...options,
          columns,
          rows: height,
        });
        assert.ok(lines.length <= height, `${lines.length} of ${height}`);
        for (const line of lines) assert.ok(stringWidth(line) <= columns, `${columns}: ${line}`);
      }
    const short = renderTable('headline', many, [], { ...options, rows: 6 });
    assert.equal(short.at(-1), '… and 47 more');
  });
});

describe('overcli monitor on a terminal', () => {
  const workshop = new Workshop();
  let collector: Collector;
  let terminal: PseudoTerminal | undefined;
  let file: string;
  before(async () => {
    collector = await new Collector().start();
    workshop.script('app.sh', 'cat app.info; exit $(cat app.code)');
    workshop.write('app.info', 'all is well');
    workshop.write('app.code', '0');
    file = workshop.write(
      'config.ini',
      `[overc]\nserver=${collector.url}\nmy-name=web1\nmy-key=k3y\n` +
        '[service:app]\nperiod=1\ncommand=./app.sh\n[service:echo]\nperiod=60\ncommand=echo 1\n',
    );
  });
  afterEach(async () => {
    if (terminal?.pid !== undefined && isRunning(terminal.pid)) process.kill(terminal.pid, 'SIGTERM');
    await terminal?.exited;
    terminal = undefined;
  });
  after(async () => {
    await collector.close();
    workshop.remove();
  });
  const shows = (pattern: RegExp) =>
    until(`${pattern}`, () => terminal?.lines.some((line) => pattern.test(line)));

  it('shows the table, draws only what changes, and gives the terminal back', async () => {
    terminal = new PseudoTerminal(['monitor', file]);
    await shows(new RegExp(`^web1 → ${collector.url} {3}2 services: 2 OK$`));
    await shows(/^echo +OK +\d+s ago +in \d+s +\d+ ms +1$/);
    const before = terminal.raw.length;
    workshop.write('app.info', 'alas');
    workshop.write('app.code', '2');
    await shows(/^app +ERR .* alas$/);
    await shows(/app: OK -> ERR: alas$/);
    assert.ok(!terminal.raw.slice(before).includes('\x1b[2J'));
    assert.ok(terminal.hasColours);
    process.kill(terminal.pid as number, 'SIGINT');
    assert.equal(await terminal.exited, 0);
    const after = terminal.raw.slice(terminal.raw.lastIndexOf('\x1b[?25h\x1b[?1049l'));
    assert.match(after, /app: OK -> ERR: alas/);
  });

  it('has no colours where NO_COLOR is set', async () => {
    terminal = new PseudoTerminal(['monitor', file], { env: { NO_COLOR: '1' } });
    await shows(/^echo +OK/);
    assert.ok(!terminal.hasColours);
  });

  it('keeps to the size of the terminal, also when that changes', async () => {
    terminal = new PseudoTerminal(['monitor', file], { columns: 30, rows: 5 });
    await shows(/^echo +OK/);
    for (const line of terminal.lines) assert.ok(stringWidth(line) <= 30, line);
    assert.ok(terminal.lines.length <= 5);
    terminal.resize(100, 24);
    await shows(/^echo +OK .* 1$/);
    assert.match(terminal.lines[0] ?? '', /2 services: /);
  });

  it('leaves the log where it is when that goes elsewhere', async () => {
    terminal = new PseudoTerminal(['monitor', file], { behind: `2> '${workshop.path('log')}'` });
    await shows(/^echo +OK/);
    await until('the log', () => workshop.text('log').includes('echo: (?) -> OK: 1'));
    assert.ok(!terminal.raw.includes('(?)'));
  });

  for (const [what, args, env] of [
    ['with --no-table', ['--no-table'], {}],
    ['with -v', ['-v'], {}],
    ['on a terminal that cannot be drawn on', [], { TERM: 'dumb' }],
  ] as const)
    it(`prints log lines ${what}`, async () => {
      terminal = new PseudoTerminal(['monitor', file, ...args], { env });
      await until('a line', () => terminal?.raw.includes('echo: (?) -> OK: 1'));
      assert.ok(!terminal.raw.includes('\x1b['));
    });

  it('ends when the terminal is closed, and leaves nothing running', async () => {
    workshop.script('slow.sh', 'echo $$ > slow.pid; exec sleep 60');
    const slow = workshop.write(
      'slow.ini',
      `[overc]\nserver=${collector.url}\nmy-name=web1\nmy-key=k3y\n[service:slow]\nperiod=60\ncommand=./slow.sh\n`,
    );
    terminal = new PseudoTerminal(['monitor', slow]);
    const [pid] = await until('the plugin runs', () => workshop.numbers('slow.pid', 1));
    const own = terminal.pid as number;
    terminal.process.kill('SIGKILL');
    await until('both are gone', () => !isRunning(own) && !isRunning(pid as number));
  });

  it('is refused a table where there is no terminal, and for other commands', async () => {
    const { code, err } = await overcli('monitor', file, '--table');
    assert.deepEqual([code, /--table: standard output is no terminal/.test(err)], [2, true]);
    assert.match(
      (await overcliHere('ping', '--no-table')).err,
      /--(no-)?table is only for monitor; leave it out/,
    );
  });
});
