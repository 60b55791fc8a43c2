import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareStates, STATES, stateFromExitCode, stateFromWord } from '../src/index.ts';

describe('states', () => {
  for (const [word, state] of [
    ['OK', 'OK'],
    ['WARN', 'WARN'],
    ['UNK', 'UNK'],
    ['ERR', 'ERR'],
    ['FAIL', 'ERR'],
  ] as const)
    it(`read ${word} as ${state}`, () => assert.equal(stateFromWord(word), state));

  for (const word of ['', 'ok', 'Ok', ' OK', 'OK ', 'CRITICAL', '0', '__proto__', 'constructor', 'toString'])
    it(`do not know the word ${JSON.stringify(word)}`, () => assert.equal(stateFromWord(word), undefined));

  it('are ordered from harmless to bad', () => {
    const shuffled = fc.shuffledSubarray([...STATES], { minLength: STATES.length });
    fc.assert(
      fc.property(shuffled, (states) =>
        assert.deepEqual(states.sort(compareStates), ['OK', 'WARN', 'UNK', 'ERR']),
      ),
    );
  });
});

describe('exit codes', () => {
  for (const [code, state] of [
    [0, 'OK'],
    [1, 'WARN'],
    [2, 'ERR'],
    [3, 'UNK'],
  ] as const)
    it(`read ${code} as ${state}`, () => assert.equal(stateFromExitCode(code), state));

  it('read any other code as UNK', () => {
    const others = fc.oneof(fc.integer({ max: -1 }), fc.integer({ min: 3 }));
    fc.assert(fc.property(others, (code) => assert.equal(stateFromExitCode(code), 'UNK')));
  });

  it('name a state that is known as a word', () => {
    fc.assert(
      fc.property(fc.integer(), (code) => {
        const state = stateFromExitCode(code);
        assert.equal(stateFromWord(state), state);
      }),
    );
  });
});
