import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, createGunzip } from 'node:zlib';
import { type Changes, createChanges } from '../../src/live/changes.ts';
import { createStreams, type Streams } from '../../src/live/streams.ts';
import { eventually } from '../support/eventually.ts';

/** More than sockets hold on both sides, so that who does not read is noticed. */
const LARGE_BYTES = 6_000_000;

describe('the streams of open pages', () => {
  let changes: Changes;
  let streams: Streams;
  let http: Server;
  let pages: Record<string, string>;
  let made: Record<string, number>;
  let answers: ServerResponse[];
  let readers: IncomingMessage[];
  beforeEach(async () => {
    changes = createChanges();
    streams = createStreams(changes);
    [pages, made, answers, readers] = [{}, {}, [], []];
    http = createServer((req, res) => {
      answers.push(res);
      const key = String(req.url);
      streams.open(res, { key, make: () => make(key), isPacked: req.headers['accept-encoding'] === 'gzip' });
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    for (const reader of readers) reader.destroy();
    http.close();
    await once(http, 'close');
  });

  async function make(key: string): Promise<string> {
    made[key] = (made[key] ?? 0) + 1;
    await nextTurn();
    const page = pages[key];
    if (page === undefined) throw new Error('away');
    return page;
  }

  async function open(key: string, encoding = 'identity'): Promise<IncomingMessage> {
    const port = (http.address() as AddressInfo).port;
    const headers = { 'Accept-Encoding': encoding };
    const [res] = (await once(get({ port, path: key, headers, agent: false }), 'response')) as [
      IncomingMessage,
    ];
    readers.push(res);
    return res;
  }

  /** Goes on reading; returns what was read so far. */
  function read(res: IncomingMessage): () => string {
    let text = '';
    const isPacked = res.headers['content-encoding'] === 'gzip';
    const plain = isPacked ? res.pipe(createGunzip({ flush: constants.Z_SYNC_FLUSH })) : res;
    plain.on('error', () => {}); // it is cut off at the end
    plain.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    return () => text;
  }

  /** The events so far: their names with their data. */
  const eventsOf = (text: string): [string, string][] =>
    [...text.matchAll(/event: (\w+)\n((?:data:.*\n)*)\n/g)].map(([, event, data]) => [
      String(event),
      String(data)
        .replaceAll(/^data: ?/gm, '')
        .slice(0, -1),
    ]);
  const pagesOf = (text: string) => eventsOf(text).filter(([event]) => event === 'page');

  for (const encoding of ['gzip', 'identity'])
    it(`make a page once for all who look at it, and send all of them the same (${encoding})`, async () => {
      pages['/'] = '<p>one\r\ntwo\n</p>\rä';
      const said = [];
      for (let reader = 0; reader < 60; reader++) said.push(read(await open('/', encoding)));
      changes.note();
      for (const text of said)
        await eventually(() => assert.deepEqual(pagesOf(text()), [['page', '<p>one\ntwo\n</p>\nä']]));
      assert.equal(made['/'], 1);
      pages['/'] = 'other';
      const late = read(await open('/', encoding));
      changes.note();
      for (const text of said)
        await eventually(() => assert.deepEqual(pagesOf(text())[1], ['page', 'other']));
      await eventually(() => assert.deepEqual(pagesOf(late()), [['page', 'other']]));
      assert.equal(made['/'], 2);
    });

  it('send a page only when it is another one, and all that are new to it what there is', async () => {
    pages['/'] = 'same';
    const first = read(await open('/'));
    changes.note();
    await eventually(() => assert.equal(pagesOf(first()).length, 1));
    const second = read(await open('/'));
    changes.note();
    await eventually(() => assert.equal(pagesOf(second()).length, 1));
    pages['/'] = 'another';
    changes.note();
    await eventually(() => assert.equal(pagesOf(second()).length, 2));
    assert.deepEqual(
      pagesOf(first()).map(([, page]) => page),
      ['same', 'another'],
    );
  });

  it('tell who looks at a page that cannot be made, and go on when it can', async () => {
    const said = read(await open('/'));
    changes.note();
    await eventually(() => assert.deepEqual(eventsOf(said()).at(-1), ['change', '']));
    pages['/'] = 'back';
    changes.note();
    await eventually(() => assert.deepEqual(eventsOf(said()).at(-1), ['page', 'back']));
  });

  it('make the pages that most look at, and tell the others', async () => {
    const said: (() => string)[] = [];
    for (let page = 0; page < 25; page++) {
      pages[`/${page}`] = `page ${page}`;
      said.push(read(await open(`/${page}`)));
    }
    const crowd = [read(await open('/24')), read(await open('/24'))];
    changes.note();
    const last = (text: () => string) => eventsOf(text()).at(-1)?.[0];
    await eventually(() => assert.ok(said.every((text) => last(text) !== 'alive')));
    const sent = said.filter((text) => last(text) === 'page');
    assert.equal(sent.length, 20);
    for (const text of [said[24] ?? assert.fail(), ...crowd])
      await eventually(() => assert.deepEqual(pagesOf(text()), [['page', 'page 24']]));
    assert.equal(Object.keys(made).length, 20);
  });

  it('begin with how long ago the last change was', async () => {
    const age = async () =>
      Number(/^retry: \d+\nevent: alive\ndata: (\d+)\n/.exec((await beginning()) as string)?.[1]);
    const beginning = async () => {
      const text = read(await open('/'));
      await eventually(() => assert.match(text(), /\n\n$/));
      return text();
    };
    await eventually(async () => assert.ok((await age()) >= 20));
    changes.note();
    assert.ok((await age()) < 20 + changes.age());
  });

  it('send a reader who is slow nothing more until it has read, then the newest alone, and hold up nobody', async () => {
    const slow = await open('/');
    const quick = read(await open('/'));
    const [answer] = answers;
    const filler = 'x'.repeat(LARGE_BYTES);
    for (const change of ['first', 'second', 'newest']) {
      pages['/'] = `${change} ${filler}`;
      changes.note();
      await eventually(() => assert.ok(quick().includes(`data: ${change} ${filler}\n\n`)));
      assert.ok((answer as ServerResponse).writableLength < 1.1 * LARGE_BYTES);
    }
    const said = read(slow);
    await eventually(() => assert.ok(said().includes(`data: newest ${filler}\n\n`)));
    assert.deepEqual(said().match(/first|second|newest/g), ['first', 'newest']);
  });
});
