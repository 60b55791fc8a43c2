import assert from 'node:assert/strict';
import { splitWords } from '@overc/command';
import { readArguments } from '../../src/checks/arguments.ts';
import { formatFinding } from '../../src/checks/conclude.ts';
import { checks } from '../../src/checks/index.ts';
import { overcli } from '../program.ts';
import { until } from '../until.ts';
import { isRunning, Workshop } from '../workshop.ts';
import { runCheck } from './outcome.ts';

describe('overcli check', () => {
  const workshop = new Workshop();
  after(() => workshop.remove());

  it('lists the checks', async () => {
    const { code, out, err } = await overcli('check');
    assert.deepEqual([code, err], [3, '']);
    for (const name of Object.keys(checks)) assert.match(out, new RegExp(`^  ${name} +[A-Z]`, 'm'));
    assert.equal((await overcli('check', '--help')).out, out);
  });

  for (const [name, { options, examples }] of Object.entries(checks)) {
    it(`explains every option of ${name}`, async () => {
      const { out, state } = await runCheck(name, '--help');
      assert.equal(state, 'UNK');
      for (const option of [...Object.keys(options), 'timeout', 'help'])
        assert.match(out, new RegExp(`^  .*--${option}( |$)`, 'm'));
      for (const example of examples) assert.ok(out.includes(`  overcli check ${example}\n`));
    });

    it(`reads the examples of ${name}, and those of its options`, () => {
      const check = checks[name] ?? assert.fail();
      for (const example of examples) {
        const [first, ...words] = splitWords(example);
        assert.equal(first, name);
        readArguments(check, words);
      }
      for (const [option, { read, ...rest }] of Object.entries(options)) {
        if (!read) continue;
        for (const one of (rest as { example: string }).example.split(' or '))
          assert.notEqual(read(one), undefined, option);
      }
    });

    it(`has letters for ${name} that mean one option each`, () => {
      const letters = Object.values(options).flatMap(({ short }) => short ?? []);
      assert.equal(new Set([...letters, 't', 'h']).size, letters.length + 2);
    });
  }

  it('is a plugin: a line with numbers on standard output, and the state as exit code', async () => {
    const ends = await Promise.all([
      overcli('check', 'command', 'true'),
      overcli('check', 'command', '-w', '60:', 'true'),
      overcli('check', 'command', 'false'),
      overcli('check', 'command', '/no/such/program'),
    ]);
    assert.deepEqual(
      ends.map(({ code, out, err }) => [code, out.split(' - ')[0], err]),
      [
        [0, 'COMMAND OK', ''],
        [1, 'COMMAND WARN', ''],
        [2, 'COMMAND ERR', ''],
        [3, 'COMMAND UNK', ''],
      ],
    );
    assert.match(ends[0]?.out ?? '', /^COMMAND OK - as it should be \(\S+ m?s\)\|time=[\d.]+s;;;0;10\n$/);
  });

  const misuses: [what: string, words: string[], says: RegExp][] = [
    ['an unknown check', ['nope'], /^CHECK UNK - "nope" is none; known are load, memory, disk/],
    ["a name of the language's", ['constructor'], /^CHECK UNK - "constructor" is none/],
    ['an unknown option', ['load', '--bogus=secret'], /^LOAD UNK - Unknown option '--bogus'\n/],
    [
      'an option without its value',
      ['load', '-w'],
      /^LOAD UNK - Option '-w, --warning <value>' argument missing\n/,
    ],
    [
      'a value that looks like an option',
      ['load', '-w', '-c', '1'],
      /ambiguous \(a value that begins with - is written/,
    ],
    ['a switch with a value', ['load', '--percpu=1'], /does not take an argument/],
    ['a word too many', ['load', 'x'], /"x" is one argument too many/],
    ['two words for one', ['file', '/a', '/b'], /"\/b" is one argument too many/],
    ['no word where one is needed', ['http'], /URL is missing \(for example https:/],
    [
      'a range that is none',
      ['load', '-w', '5-6'],
      /--warning: "5-6" must be a range: .* \(for example 8,6,4\)/,
    ],
    ['two ranges for three', ['load', '-w', '5,6'], /must be one range, or three/],
    [
      'swapped thresholds',
      ['load', '-w', '5', '-c', '3'],
      /-w 5 would never be seen with -c 3; are they swapped\?/,
    ],
    ['swapped lower thresholds', ['process', '-w', '1:', '-c', '2:'], /-w 1: would never be seen with -c 2:/],
    [
      'swapped days',
      ['certificate', '-w', '1', '-c', '2', '/x'],
      /WARN 1 days before the end comes after ERR 2/,
    ],
    ['a limit that is none', ['disk', '-w', 'full'], /must be a percentage that may be used, or a size/],
    ['a timeout of nothing', ['load', '-t', '0'], /must be at least 0\.001s/],
    ['a pattern that is none', ['log', '-p', '(', '/x'], /--pattern: "\(" must be a regular expression/],
    ['a page that is none', ['http', 'example.com'], /must be an address with http/],
    ['statuses that are none', ['http', '-e', '2x', 'http://h'], /must be statuses such as/],
    [
      'a certificate without TLS',
      ['http', '-C', '9', 'http://h'],
      /--certificate needs an address with https/,
    ],
    ['a missing port', ['tcp', 'db'], /--port is missing/],
    ['a port that is none', ['tcp', 'db:65536'], /must be a whole number from 1 to 65535/],
    [
      'a name server by name',
      ['dns', '-s', 'dns.example', 'x'],
      /--server: "dns\.example" must be an address/,
    ],
    ['an unknown metric', ['process', '-m', 'pss', 'x'], /must be one of procs, rss/],
    [
      'a limit for a metric of another kind',
      ['process', '-m', 'rss', '-w', '5 min', 'x'],
      /--warning: "5 min" must be a range/,
    ],
  ];
  for (const [what, words, says] of misuses)
    it(`is UNK, and says why, with ${what}`, async () => {
      const { state, out, perf } = await runCheck(...words);
      assert.equal(state, 'UNK');
      assert.match(out, says);
      assert.deepEqual(perf, []);
      assert.doesNotMatch(out, /secret/);
    });

  it('does not repeat a password in an error', async () => {
    const { out } = await runCheck('http', '-a', '', 'http://h');
    assert.match(out, /--authorization: the value must not be empty/);
  });

  it('ends after its timeout, and leaves no process behind', async () => {
    workshop.script('deaf.sh', `trap '' TERM; echo $$ > ${workshop.path('pid')}; sleep 60 & wait; wait`);
    const outcome = await overcli('check', 'command', '-t', '300ms', workshop.path('deaf.sh'));
    assert.deepEqual(outcome, { code: 3, out: 'COMMAND UNK - no result within 0.3 s\n', err: '' });
    const [pid] = await until('it ran', () => workshop.numbers('pid', 1));
    assert.equal(isRunning(pid as number), false);
  });

  it('prints nothing that could be taken for numbers or steer a terminal', () => {
    const finding = { state: 'OK' as const, text: 'a|b=1\x1b[2J\nmore | c=2', perf: [] };
    assert.equal(formatFinding('file', finding), 'FILE OK - a¦b=1 [2J\nmore ¦ c=2\n');
  });

  it('says that it comes first, when it does not', async () => {
    const { code, err } = await overcli('-v', 'check', 'load');
    assert.equal(code, 2);
    assert.match(err, /check stands first, and takes its own options: overcli check NAME \[OPTIONS\]/);
  });
});
