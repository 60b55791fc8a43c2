import assert from 'node:assert/strict';
import type { State } from '@overc/protocol';
import { addToBacklog, type Backlog, type Heard } from '../../src/core/backlog.ts';

/** Such as `OK 10, ERR 20, run 30`; each promises another one within 15. */
function heard(service: string, text: string, toldState: State = 'OK'): Heard {
  const reports = text.split(', ').map((part) => {
    const [state, at] = part.split(' ') as [string, string];
    const said = state === 'run' ? undefined : { state: state as State, info: '' };
    return { at: Number(at), said, deadlineAt: Number(at) + 15 };
  });
  return { service, reports, toldState };
}
const NOW = 100;
const gathered = (...all: Heard[]) =>
  all.reduce((backlog: Backlog | undefined, one) => addToBacklog(backlog, one, NOW), undefined) as Backlog;
const troublesOf = (...all: Heard[]) =>
  gathered(...all).troubles.map(
    ({ service, state, since, until }) => `${service} ${state} ${since}-${until}`,
  );

describe('what late reports tell together', () => {
  it('is from the first to the last of them, and of how many services', () => {
    const { since, until, reports, services } = gathered(
      heard('a', 'OK 10, OK 20'),
      heard('b', 'OK 5'),
      heard('a', 'OK 90'),
    );
    assert.deepEqual([since, until, reports, services], [5, 90, 4, ['a', 'b']]);
  });

  it('has a trouble for each time in which a service was not OK', () => {
    assert.deepEqual(troublesOf(heard('a', 'OK 10, ERR 20, ERR 30, OK 40, WARN 50, ERR 60, OK 70')), [
      ...['a ERR 20-40', 'a WARN 50-60', 'a ERR 60-70'],
    ]);
  });

  it('ends a trouble with its promise, and leaves the last one open', () => {
    assert.deepEqual(troublesOf(heard('a', 'ERR 10, OK 50, ERR 60')), ['a ERR 10-25', 'a ERR 60-null']);
  });

  it('goes on with what was open, over several POSTs', () => {
    assert.deepEqual(troublesOf(heard('a', 'ERR 10'), heard('b', 'OK 12'), heard('a', 'ERR 20, OK 30')), [
      'a ERR 10-30',
    ]);
    assert.deepEqual(troublesOf(heard('a', 'ERR 10'), heard('a', 'run 20'), heard('a', 'WARN 30')), [
      ...['a ERR 10-30', 'a WARN 30-null'],
    ]);
  });

  it('names few troubles one by one and counts the others', () => {
    const flapping = Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'ERR' : 'OK'} ${i}`).join(', ');
    const { troubles, moreTroubles } = gathered(heard('a', flapping), heard('b', 'ERR 1'));
    assert.deepEqual([troubles.length, moreTroubles], [20, 11]);
  });

  const news: [string, Heard, boolean][] = [
    ['an OK in its own time', heard('a', 'OK 90'), false],
    ['an OK after its promise was broken', heard('a', 'OK 80'), true],
    ['another state than people were told', heard('a', 'ERR 90'), true],
    ['the state that people were told', heard('a', 'WARN 90', 'WARN'), false],
    ['an OK after people were told otherwise', heard('a', 'OK 90', 'ERR'), false],
    ['a run', heard('a', 'run 90'), false],
  ];
  for (const [title, one, isNews] of news)
    it(`${title} is ${isNews ? '' : 'no '}news`, () => assert.equal(gathered(one).isNews, isNews));
});
