import assert from 'node:assert/strict';
import { isForeign, type Provenance } from '../../src/web/same-origin.ts';

describe('a request that changes something', () => {
  const from = (said: Partial<Provenance>): Provenance => ({
    site: undefined,
    origin: undefined,
    host: 'overc.example:5000',
    ...said,
  });
  const table: [string, Partial<Provenance>, boolean][] = [
    ['a program', {}, false],
    ['our own page', { site: 'same-origin', origin: 'http://overc.example:5000' }, false],
    ['the address bar', { site: 'none' }, false],
    ['another site', { site: 'cross-site', origin: 'http://evil.example' }, true],
    ['a neighbour under the same domain', { site: 'same-site', origin: 'http://www.overc.example' }, true],
    ['our own page, over HTTP', { origin: 'http://overc.example:5000' }, false],
    ['our own page, by a name in capitals', { origin: 'http://overc.example', host: 'OverC.Example' }, false],
    ['another site, over HTTP', { origin: 'http://evil.example' }, true],
    ['another port of the same machine', { origin: 'http://overc.example:8080' }, true],
    ['a page without an origin', { origin: 'null' }, true],
    ['nobody knows which host', { origin: 'http://overc.example:5000', host: undefined }, true],
  ];
  for (const [title, said, expected] of table)
    it(`is ${expected ? 'foreign' : 'ours'} when it comes from ${title}`, () => {
      assert.equal(isForeign(from(said)), expected);
    });
});
