import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { identify } from '../src/proc.ts';
import { isReport, type ReportEntry } from '../src/spool/entry.ts';
import type { Losses } from '../src/spool/losses.ts';
import { folderFor } from '../src/spool/place.ts';
import { Spool } from '../src/spool/spool.ts';
import { Workshop } from './workshop.ts';

const SPOOLER = fileURLToPath(new URL('spooler.js', import.meta.url));
const NOW = Date.UTC(2026, 0, 5, 10) / 1000;
const MEGABYTE = 1024 ** 2;

/** A report that was true so many seconds ago. */
const entry = (name: string, ago: number, state = 'OK', info = ''): ReportEntry => ({
  name,
  state,
  info,
  period: 60,
  at: NOW - ago,
});

describe('the spool', () => {
  let workshop: Workshop;
  let folder: string;

  beforeEach(() => {
    workshop = new Workshop();
    folder = workshop.path('spool/web1');
  });
  afterEach(() => workshop.remove());

  const open = (mostBytes = 64 * MEGABYTE, mostAgeMs = 7 * 86_400_000) =>
    new Spool(folder, { mostBytes, mostAgeMs }, () => NOW * 1000);
  const files = () => readdirSync(folder).filter((name) => name.endsWith('.spool'));

  /** Sends all that is there. */
  async function drain(spool: Spool): Promise<{ posts: ReportEntry[][]; more: boolean[] }> {
    const posts: ReportEntry[][] = [];
    const more: boolean[] = [];
    while (
      (await spool.sendOldest(async (entries, others) => {
        posts.push(entries.filter(isReport));
        more.push(others);
      })) === 'sent'
    );
    return { posts, more };
  }

  async function losses(spool: Spool): Promise<Losses | undefined> {
    let told: Losses | undefined;
    await spool.tellLosses(async (what) => {
      told = what;
    });
    return told;
  }

  it('gives back what it was given, the earliest first, in bulk, and once', async () => {
    const spool = open();
    assert.equal(await spool.isEmpty(), true);
    await spool.add([entry('b', 30), entry('a', 20)]);
    await spool.add([entry('c', 60, 'ERR', 'größer\n"als"')]);
    assert.deepEqual((await spool.stock()).firstAt, (NOW - 60) * 1000);
    const { posts, more } = await drain(open());
    assert.deepEqual(posts, [[entry('c', 60, 'ERR', 'größer\n"als"'), entry('b', 30), entry('a', 20)]]);
    assert.deepEqual(more, [false]);
    assert.deepEqual([await spool.isEmpty(), await losses(spool)], [true, undefined]);
  });

  it('keeps it until it is taken', async () => {
    const spool = open();
    await spool.add([entry('a', 1)]);
    await assert.rejects(
      spool.sendOldest(() => Promise.reject(new Error('away'))),
      /away/,
    );
    assert.deepEqual((await drain(spool)).posts, [[entry('a', 1)]]);
  });

  it('sends a part at a time, and says when more follows', async () => {
    const spool = open();
    const info = 'x'.repeat(1000);
    await spool.add(Array.from({ length: 600 }, (_, n) => entry(`s${n}`, 600 - n, 'OK', info)));
    const { posts, more } = await drain(spool);
    assert.deepEqual(more, [true, true, false]);
    assert.deepEqual(
      posts.flat().map(({ name }) => name),
      Array.from({ length: 600 }, (_, n) => `s${n}`),
    );
  });

  it('is for its owner alone', async () => {
    await open().add([entry('a', 1)]);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of files()) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  });

  it('takes reports of several processes at once', async () => {
    const run = promisify(execFile);
    const services = ['a', 'b', 'c', 'd'];
    await Promise.all(services.map((name) => run(process.execPath, [SPOOLER, folder, name, '100'])));
    const { posts } = await drain(open());
    const sent = posts.flat();
    for (const service of services) {
      const infos = sent.filter(({ name }) => name === service).map(({ info }) => Number(info));
      assert.deepEqual(
        infos,
        Array.from({ length: 100 }, (_, n) => n),
      );
    }
    assert.equal(sent.length, 400);
  });

  it('lets one send at a time', async () => {
    const spool = open();
    await spool.add([entry('a', 1)]);
    await spool.sendOldest(async () => {
      assert.equal(await open().sendOldest(() => assert.fail('sent twice')), 'busy');
    });
    assert.equal(await spool.sendOldest(() => assert.fail('sent twice')), 'empty');
  });

  it('does not wait for a process that died while it sent', async () => {
    const spool = open();
    await spool.add([entry('a', 1)]);
    const { pid } = spawnSync('true');
    for (const holder of [`${pid} 123`, `${process.pid} 1`]) {
      writeFileSync(join(folder, 'lock'), holder); // the second one's number was given to us since
      assert.equal(await spool.sendOldest(async () => {}), 'sent');
      await spool.add([entry('a', 1)]);
    }
    writeFileSync(join(folder, 'lock'), identify(process.ppid) as string);
    assert.equal(await spool.sendOldest(async () => {}), 'busy');
  });

  it('reads around what is damaged, and tells how much that was', async () => {
    const spool = open();
    await spool.add([entry('a', 3), entry('b', 2), entry('c', 1)]);
    const file = join(folder, files()[0] as string);
    const lines = readFileSync(file, 'latin1').split('\n');
    lines[1] = (lines[1] as string).replace('OK', '\xff\xfe');
    writeFileSync(file, `\0\0${lines.join('\n')}half a li`, 'latin1');
    const { posts } = await drain(spool);
    assert.deepEqual(posts, [[entry('c', 1)]]);
    assert.equal((await losses(spool))?.damaged, 3);
    assert.equal(await losses(spool), undefined);
  });

  it('drops the oldest OK reports when it is full, and tells how many of which time', async () => {
    const spool = open(MEGABYTE);
    const info = 'x'.repeat(10_000);
    for (let n = 0; n < 200; n++)
      await spool.add([entry(`s${n}`, 1000 - n, n % 10 === 0 ? 'ERR' : 'OK', info)]);
    const { bytes } = await spool.stock();
    assert.ok(bytes < 1.1 * MEGABYTE, `${bytes}`);
    const left = (await drain(spool)).posts.flat();
    assert.equal(left.filter(({ state }) => state === 'ERR').length, 20);
    assert.equal(left.at(-1)?.name, 's199');
    const oks = left.filter(({ state }) => state === 'OK').map(({ name }) => Number(name.slice(1)));
    assert.ok((oks[0] as number) > 50, 'the oldest went first');
    const told = await losses(spool);
    assert.equal(told?.dropped, 200 - left.length);
    assert.equal(told?.since, NOW - 999);
  });

  it('drops the oldest of the others when nothing else is left', async () => {
    const spool = open(MEGABYTE);
    const info = 'x'.repeat(10_000);
    for (let n = 0; n < 200; n++) await spool.add([entry(`s${n}`, 1000 - n, 'ERR', info)]);
    const left = (await drain(spool)).posts.flat();
    assert.ok(left.length > 80 && left.length < 110, `${left.length}`);
    assert.deepEqual([left.at(-1)?.name, (await losses(spool))?.dropped], ['s199', 200 - left.length]);
  });

  it('drops both when both are too much', async () => {
    const info = 'x'.repeat(10_000);
    const states = ['OK', 'ERR'];
    await open(MEGABYTE).add(
      Array.from({ length: 300 }, (_, n) => entry(`s${n}`, 1000 - n, states[n % 2], info)),
    );
    const spool = open(MEGABYTE);
    assert.ok((await spool.stock()).bytes < MEGABYTE, `${(await spool.stock()).bytes}`);
    const left = (await drain(spool)).posts.flat();
    assert.deepEqual(
      [new Set(left.map(({ state }) => state)), left.at(-1)?.name],
      [new Set(['ERR']), 's299'],
    );
    assert.equal((await losses(spool))?.dropped, 300 - left.length);
  });

  it('drops what is too old', async () => {
    const before = open();
    await before.add([entry('a', 7200), entry('b', 1800)]);
    await before.add([entry('c', 10)]);
    const spool = open(MEGABYTE, 3_600_000);
    await spool.add([entry('d', 5)]);
    const { posts } = await drain(spool);
    assert.deepEqual(
      posts.flat().map(({ name }) => name),
      ['b', 'c', 'd'],
    );
    const told = await losses(spool);
    assert.deepEqual([told?.dropped, told?.since, told?.until], [1, NOW - 7200, NOW - 7200]);
  });

  it('puts many small files together', async () => {
    const spool = open();
    for (let n = 0; n < 300; n++) await spool.add([entry('a', 300 - n, 'OK', `${n}`)]);
    assert.ok(files().length < 100, `${files().length} files`);
    const infos = (await drain(spool)).posts.flat().map(({ info }) => Number(info));
    assert.deepEqual(
      infos,
      Array.from({ length: 300 }, (_, n) => n),
    );
  });

  it('removes what a process left that died while it wrote, and nothing that is being written', async () => {
    await open().add([entry('a', 1)]);
    const { pid } = spawnSync('true');
    const [dead, alive] = [pid, process.ppid].map((id) => join(folder, `.001767607200000-${id}-0123.spool`));
    for (const file of [dead, alive] as string[]) writeFileSync(file, 'half');
    await open().add([entry('a', 1)]);
    assert.deepEqual([existsSync(dead as string), existsSync(alive as string)], [false, true]);
  });

  it('says why it cannot keep anything', async () => {
    workshop.write('spool', 'a file');
    await assert.rejects(open().add([entry('a', 1)]), /EEXIST|ENOTDIR/);
  });

  it('has a folder for each server and collector', () => {
    const folders = [
      folderFor('/s', 'web1', 'http://a/'),
      folderFor('/s', 'web2', 'http://a/'),
      folderFor('/s', 'web1', 'http://b/'),
      folderFor('/s', '../../etc ü', 'http://b/'),
    ];
    assert.equal(new Set(folders).size, 4);
    assert.match(folders[0] as string, /^\/s\/web1-[0-9a-f]{12}$/);
    assert.match(folders[3] as string, /^\/s\/[^/]+$/);
  });
});
