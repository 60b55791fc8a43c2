import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type IniSection, parseIni, SettingsError } from '../src/index.ts';

/** Sections as plain pairs, to compare with. */
function plain(sections: IniSection[]): [string, [string, string][]][] {
  return sections.map(({ name, options }) => [name, [...options]]);
}

/** The value of the one option in `line`, under a section of its own. */
function valueFrom(line: string): string | undefined {
  return parseIni(`[s]\n${line}\n`)[0]?.options.values().next().value;
}

describe('an INI file', () => {
  it('is read as the original client reads it', () => {
    const text = `
[overc]
server=http://user:password@mon.example.com:5000/
my-name=a.example.com
my-key=1234

# a plugin
[service:app]
period=5
command=./plugin.d/pid-check.sh "httpd"
`;
    assert.deepEqual(plain(parseIni(text)), [
      [
        'overc',
        [
          ['server', 'http://user:password@mon.example.com:5000/'],
          ['my-name', 'a.example.com'],
          ['my-key', '1234'],
        ],
      ],
      [
        'service:app',
        [
          ['period', '5'],
          ['command', './plugin.d/pid-check.sh "httpd"'],
        ],
      ],
    ]);
  });

  for (const [what, line, value] of [
    ['quotes', `k = "a" 'b'`, `"a" 'b'`],
    ['an equals sign', 'k = a=b = c', 'a=b = c'],
    ['a semicolon', 'k = a ; b', 'a ; b'],
    ['a number sign', 'k = a # b', 'a # b'],
    ['a percent sign', 'k = date +%s %(x)s', 'date +%s %(x)s'],
    ['a colon', 'k = a: b', 'a: b'],
    ['brackets', 'k = [a]', '[a]'],
    ['a backslash', 'k = a\\nb', 'a\\nb'],
    ['nothing', 'k =', ''],
    ['no space around its equals sign', 'k=v', 'v'],
    ['space around it', 'k \t=\t v \t', 'v'],
  ] as const)
    it(`keeps a value with ${what}`, () => assert.equal(valueFrom(line), value));

  it('joins a line that is indented deeper than its option', () => {
    assert.equal(valueFrom('k = a\n  b = c\n\t[d]'), 'a\nb = c\n[d]');
  });

  it('starts a value on the line after its option', () => {
    assert.equal(valueFrom('k =\n  a'), 'a');
  });

  it('skips a comment between the lines of a value', () => {
    assert.equal(valueFrom('k = a\n  # no\n  ; no\n\n  b'), 'a\nb');
  });

  it('takes options that are indented alike as options', () => {
    assert.deepEqual(plain(parseIni('[s]\n  a = 1\n  b = 2')), [
      [
        's',
        [
          ['a', '1'],
          ['b', '2'],
        ],
      ],
    ]);
  });

  it('does not join an indented line across a section', () => {
    assert.deepEqual(plain(parseIni('[s]\na = 1\n[t]\n  b = 2')), [
      ['s', [['a', '1']]],
      ['t', [['b', '2']]],
    ]);
  });

  it('reads CRLF, CR and a byte order mark', () => {
    assert.deepEqual(plain(parseIni('\uFEFF[s]\r\na = 1\r\nb = 2\rc = 3')), [
      [
        's',
        [
          ['a', '1'],
          ['b', '2'],
          ['c', '3'],
        ],
      ],
    ]);
  });

  it('keeps the case of what follows a dot in an option, as of a variable in env.PATH', () => {
    assert.deepEqual(
      [...(parseIni('[s]\nEnv.Path = a\nenv.PATH = b.C')[0]?.options ?? [])],
      [
        ['env.Path', 'a'],
        ['env.PATH', 'b.C'],
      ],
    );
  });

  it('takes option names in any case', () => {
    assert.deepEqual(plain(parseIni('[s]\nMy-Key = Ab')), [['s', [['my-key', 'Ab']]]]);
  });

  for (const name of [
    'service:a.b',
    'service:a]b',
    'service:[x]',
    'service:C:\\',
    'a b',
    '__proto__',
    'диск',
    '💾',
  ])
    it(`may have a section named ${name}`, () => {
      assert.deepEqual(plain(parseIni(`[ ${name} ]\nk = v`)), [[name, [['k', 'v']]]]);
    });

  it('may be empty', () => assert.deepEqual(parseIni('\n# nothing\n'), []));

  it('gives back every value written as k = v', () => {
    const option = fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,20}$/);
    const value = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, ' '));
    const written = fc.uniqueArray(fc.tuple(option, value), { selector: ([name]) => name });
    const end = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(written, end, (pairs, newline) => {
        const lines = ['[s]', ...pairs.map(([name, text]) => `${name} = ${text}`)];
        const [section] = parseIni(lines.join(newline));
        assert.deepEqual(
          [...(section as IniSection).options],
          pairs.map(([name, text]) => [name, text.trim()]),
        );
      }),
    );
  });

  it('is read, or refused with a line number, whatever it holds', () => {
    const scrap = fc.constantFrom('[', ']', '=', ' ', '\t', '\n', '\r', '#', ';', 'a', 'b', '\uFEFF');
    fc.assert(
      fc.property(fc.string({ unit: scrap }), (text) => {
        try {
          parseIni(text);
        } catch (error) {
          assert.ok(error instanceof SettingsError);
          assert.match(error.message, /^line \d+: /);
        }
      }),
    );
  });
});

describe('an INI file is refused', () => {
  for (const [why, text, message] of [
    [
      'for an option before the first section',
      '\nmy-key = s3cret',
      'line 2: "my-key" stands before the first [section]',
    ],
    ['for a section left open', '[a]\n[b', 'line 2: "[b" lacks its closing ]'],
    ['for text after a section', '[a] x', 'line 1: "[a] x" lacks its closing ]'],
    ['for a section without a name', '[a]\n\n[ ]', 'line 3: [] needs a name'],
    [
      'for a section that stands twice',
      '[a]\n[b]\r\n[a]',
      'line 3: [a] stands twice; put its options together',
    ],
    ['for an option set twice', '[a]\nk = 1\nK = 2', 'line 3: [a] k is set twice; keep one'],
    [
      'for a line that is neither',
      '[a]\nmy-key s3cret',
      'line 2: "my-key" is neither [section] nor option = value',
    ],
    ['for an option without a name', '[a]\n= s3cret', 'line 2: "=" is neither [section] nor option = value'],
  ] as const)
    it(why, () => assert.throws(() => parseIni(text), { name: 'SettingsError', message }));
});
