import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatPerfdata, type Perf, parsePerfdata, parseRange, splitOutput } from '../src/index.ts';

describe('perfdata', () => {
  const load = { unit: '', warn: '5.000', crit: '9.000', min: 0 };
  const fromPlugins: [plugin: string, text: string, perf: Perf[]][] = [
    [
      'check_load',
      'load1=0.250;5.000;9.000;0; load5=0.520;5.000;9.000;0; load15=1.350;5.000;9.000;0; ',
      [
        { label: 'load1', value: 0.25, ...load },
        { label: 'load5', value: 0.52, ...load },
        { label: 'load15', value: 1.35, ...load },
      ],
    ],
    [
      'check_disk',
      ' /=31186747392B;243497277849;257024904396;0;270552530944',
      [
        {
          label: '/',
          value: 31186747392,
          unit: 'B',
          warn: '243497277849',
          crit: '257024904396',
          min: 0,
          max: 270552530944,
        },
      ],
    ],
    [
      'check_ping',
      'rta=0.283000ms;100.000000;500.000000;0.000000 pl=0%;20;60;0;',
      [
        { label: 'rta', value: 0.283, unit: 'ms', warn: '100.000000', crit: '500.000000', min: 0 },
        { label: 'pl', value: 0, unit: '%', warn: '20', crit: '60', min: 0 },
      ],
    ],
    [
      'check_procs',
      ' procs=77;1:1000;;0;',
      [{ label: 'procs', value: 77, unit: '', warn: '1:1000', min: 0 }],
    ],
    [
      'check_http',
      'time=0.004262s;;;0.000000;10.000000 size=10975B;;;0',
      [
        { label: 'time', value: 0.004262, unit: 's', min: 0, max: 10 },
        { label: 'size', value: 10975, unit: 'B', min: 0 },
      ],
    ],
    [
      'check_nt',
      `'C:\\ Used Space'=19.05Gb;;;0.00;39.99`,
      [{ label: 'C:\\ Used Space', value: 19.05, unit: 'Gb', min: 0, max: 39.99 }],
    ],
    [
      'check_snmp',
      'iso.3.6.1.2.1.2.2.1.10.1=3402918c',
      [{ label: 'iso.3.6.1.2.1.2.2.1.10.1', value: 3402918, unit: 'c' }],
    ],
    [
      'a Python plugin',
      'rate=1e-05/s;@~:0;~:2 neg=-3.5',
      [
        { label: 'rate', value: 0.00001, unit: '/s', warn: '@~:0', crit: '~:2' },
        { label: 'neg', value: -3.5, unit: '' },
      ],
    ],
  ];
  for (const [plugin, text, perf] of fromPlugins)
    it(`is read as ${plugin} prints it`, () => assert.deepEqual(parsePerfdata(text), perf));

  const odd: [what: string, text: string, perf: Perf[]][] = [
    ['an unknown value', 'x=U;1;2', [{ label: 'x', value: null, unit: '', warn: '1', crit: '2' }]],
    ['doubled quotes', "'it''s = here'=1", [{ label: "it's = here", value: 1, unit: '' }]],
    ['a needless quote', "'x'=1%", [{ label: 'x', value: 1, unit: '%' }]],
    ['a name of the language', '__proto__=1', [{ label: '__proto__', value: 1, unit: '' }]],
    [
      'what is none',
      'a=1 and b=two c= =3 d=4',
      [
        { label: 'a', value: 1, unit: '' },
        { label: 'd', value: 4, unit: '' },
      ],
    ],
    [
      'an open quote',
      "'a b=1 c=2",
      [
        { label: 'b', value: 1, unit: '' },
        { label: 'c', value: 2, unit: '' },
      ],
    ],
    ['a nameless value', "''=1 =2 x=3", [{ label: 'x', value: 3, unit: '' }]],
    ['thresholds that are none', 'x=1;high;5:1;none;', [{ label: 'x', value: 1, unit: '' }]],
    ['numbers that no number holds', 'x=1e999 y=1.2.3 z=--1', []],
    ['an empty text', '', []],
  ];
  for (const [what, text, perf] of odd)
    it(`is read around ${what}`, () => assert.deepEqual(parsePerfdata(text), perf));

  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const unit = fc.constantFrom('', 's', 'ms', 'us', '%', 'B', 'KB', 'MiB', 'c', 'B/s', '°C');
  const range = fc.constantFrom('10', '10:', '~:10', '10:20', '@10:20', '-1.5:');
  const perf: fc.Arbitrary<Perf> = fc.record(
    {
      label: fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[=\r\n]/.test(text)),
      value: fc.oneof(number, fc.constant(null)),
      unit,
      warn: range,
      crit: range,
      min: number,
      max: number,
    },
    { requiredKeys: ['label', 'value', 'unit'], noNullPrototype: true },
  );
  /** An unknown value has no unit. */
  const known = perf.map((one) => (one.value === null ? { ...one, unit: '' } : one));

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(known), (list) => assert.deepEqual(parsePerfdata(formatPerfdata(list)), list)),
    );
  });

  it('comes back from behind any text without a bar, even when labels hold bars', () => {
    const text = fc.string().filter((text) => !/[|\r\n]/.test(text));
    fc.assert(
      fc.property(text, fc.array(known, { minLength: 1 }), (text, list) =>
        assert.deepEqual(splitOutput(`${text} | ${formatPerfdata(list)}`), {
          text: text.trimEnd(),
          perf: list,
        }),
      ),
    );
  });

  it('says what it can of labels with an equals sign or a line break', () => {
    assert.equal(formatPerfdata([{ label: 'a=b\nc', value: 1, unit: 's' }]), 'a_b_c=1s');
  });

  it('is always sound, whatever the text', () => {
    const almost = fc.array(
      fc.constantFrom("'", '=', ';', ' ', '1', 'a', 'U', '-', '.', ':', '@', '~', '|', '\n'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          almost.map((parts) => parts.join('')),
        ),
        (text) => {
          for (const { label, value, warn } of parsePerfdata(text)) {
            assert.notEqual(label, '');
            assert.ok(value === null || Number.isFinite(value));
            assert.ok(warn === undefined || parseRange(warn));
          }
        },
      ),
    );
  });
});

describe("a plugin's output", () => {
  const x = { label: 'x', value: 1, unit: '' };
  const y = { label: 'y', value: 2, unit: 's' };
  const z = { label: 'z', value: 3, unit: '%' };
  const outputs: [what: string, output: string, text: string, perf: Perf[]][] = [
    ['has no numbers', 'OK\nand more\n', 'OK\nand more', []],
    ['has them on its first line', 'OK - fine | x=1 y=2s\n', 'OK - fine', [x, y]],
    ['has nothing behind its bar', 'DISK OK|\n', 'DISK OK', []],
    ['has nothing but numbers', '|x=1', '', [x]],
    [
      'is one of several lines, as Nagios defines it',
      'OK | x=1\nlong 1\nlong 2 | y=2s\nz=3%\n',
      'OK\nlong 1\nlong 2',
      [x, y, z],
    ],
    ['has numbers on every line', 'OK | x=1\none | y=2s\ntwo | z=3%', 'OK\none\ntwo', [x, y, z]],
    ['has text below its numbers', 'OK\nlong | x=1\ny=2s\nbye now', 'OK\nlong\nbye now', [x, y]],
    ['takes x=1 without a bar for text', 'OK\nx=1', 'OK\nx=1', []],
    ['comes from Windows', 'OK | x=1\r\nmore\r\n', 'OK\nmore', [x]],
    ['keeps empty lines between lines', 'OK | x=1\n\nmore', 'OK\n\nmore', [x]],
    ['quotes a shell pipe', 'ran: ps aux | grep a=1 | wc -l', 'ran: ps aux | grep a=1 | wc -l', []],
    ['draws a table', 'OK\n| a | b |\n|---|---|\n| 1 | 2 |', 'OK\n| a | b |\n|---|---|\n| 1 | 2 |', []],
    ['has a label with a bar', "OK | 'a|b'=1", 'OK', [{ ...x, label: 'a|b' }]],
  ];
  for (const [what, output, text, perf] of outputs)
    it(`${what}`, () => assert.deepEqual(splitOutput(output), { text, perf }));

  it('loses nothing when there are no bars', () => {
    const text = fc.string().filter((text) => !/[|\r]/.test(text));
    fc.assert(fc.property(text, (text) => assert.equal(splitOutput(text).text, text.trimEnd())));
  });

  it('of 64 KiB is split at once, whatever it holds', () => {
    for (const part of ["'", "' ", "'a ", "''", '|', '| ', '|\n', 'a=', 'a=1 ', "'='", ';', '1;', '\n'])
      for (const begin of ['x|', 'x\ny|z=1\n']) {
        const output = begin + part.repeat(65_536 / part.length);
        const startedAt = performance.now();
        splitOutput(output);
        assert.ok(performance.now() - startedAt < 500, JSON.stringify(part));
      }
  });
});
