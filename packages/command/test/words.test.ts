import assert from 'node:assert/strict';
import { splitWords } from '../src/words.ts';

describe('the words of a command line', () => {
  const lines: [string, string[]][] = [
    ['./check', ['./check']],
    ['  ./check\t-w  80% \n -c 90%  ', ['./check', '-w', '80%', '-c', '90%']],
    ['echo "two words" \'and three more\'', ['echo', 'two words', 'and three more']],
    ['echo a\\ b \\"', ['echo', 'a b', '"']],
    ['echo "say \\"hi\\" \\\\"', ['echo', 'say "hi" \\']],
    ["echo 'no \\ escape'", ['echo', 'no \\ escape']],
    ['echo --x="a b"c', ['echo', '--x=a bc']],
    ['echo "" \'\'', ['echo', '', '']],
    [
      'echo $HOME `id` $(id) *.txt ~ a|b && c > d; e # f',
      'echo $HOME `id` $(id) *.txt ~ a|b && c > d; e # f'.split(' '),
    ],
    ['echo ü ☃ 😀', ['echo', 'ü', '☃', '😀']],
  ];
  for (const [line, words] of lines)
    it(`splits ${JSON.stringify(line)}`, () => assert.deepEqual(splitWords(line), words));

  const faults: [string, RegExp][] = [
    ['', /must name a program to run/],
    ['   ', /must name a program to run/],
    ["'' x", /must name a program to run/],
    ['echo "a', /must close every quote that it opens/],
    ["echo 'a", /must close every quote that it opens/],
    ['echo a\0b', /must not hold a NUL character/],
  ];
  for (const [line, message] of faults)
    it(`refuses ${JSON.stringify(line)}`, () => assert.throws(() => splitWords(line), message));
});
