import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { availableParallelism } from 'node:os';
import { type Collector, startCollector } from '../support/collector.ts';
import { newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/mariadb.ts';
import { type Program, ROOT } from '../support/program.ts';
import { Scene } from '../support/scene.ts';

/** How long a collector with nothing left to do may take to end. */
const PROMPT_MS = 2000;
const POSTS = 25;

describe('overc-server', () => {
  // Refused after some ten seconds of hope that the first is stopping; they pass while the sentences below run.
  let shared: Scene;
  let owner: Collector;
  let intruder: Program;
  before(async () => {
    shared = new Scene();
    const database = newDatabase('SQLite', shared);
    owner = await startCollector(shared, { database });
    const listen = `127.0.0.1:${await freePort()}`;
    intruder = shared.overcServer(['--database', database, '--listen', listen]);
  });
  after(() => shared.end());

  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.end());

  describe('as a process', () => {
    const start = () => startCollector(scene, { database: newDatabase('SQLite', scene) });

    it('gives V8 the room and the habits that it needs (docs/performance.md), as these tests start it too', () => {
      const flags = readFileSync(`/proc/${owner.program.pid}/cmdline`, 'utf8').split('\0').slice(1, 5);
      assert.deepEqual(flags, [
        `--v8-pool-size=${Math.min(4, availableParallelism())}`,
        '--max-semi-space-size=32',
        '--no-allocation-site-pretenuring',
        '--heap-growing-percent=100',
      ]);
    });

    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      it(`ends with 0 at ${signal}, when it has answered and stored what it had accepted`, async () => {
        const collector = await start();
        const accepted = numbered('accepted', (name) => new SlowPost(collector, name));
        await Promise.all(accepted.map((post) => post.accepted));

        const late = numbered('just-before', (name) => new SlowPost(collector, name).finish());
        await Promise.race(late.map((post) => post.accepted));
        collector.program.kill(signal);
        late.push(...numbered('just-after', (name) => new SlowPost(collector, name).finish()));
        await eventually(() => assert.match(collector.program.out, new RegExp(`${signal}: stopping`)));
        for (const post of accepted) post.finish();
        for (const { name, answer } of accepted) assert.equal(await answer, 200, name);
        const lateAnswers = await Promise.all(late.map(({ answer }) => answer));
        const answeredAt = performance.now();
        const { code } = await collector.program.outcome;
        assert.equal(code, 0);
        assert.ok(performance.now() - answeredAt < PROMPT_MS);

        for (const answer of lateAnswers)
          assert.ok([200, 'ECONNREFUSED', 'ECONNRESET'].includes(answer), `${answer}`);
        const stored = [...accepted, ...late.filter((_, index) => lateAnswers[index] === 200)];
        const again = await startCollector(scene, { database: newDatabase('SQLite', scene) });
        assert.deepEqual(
          (await again.services()).map(({ name }) => name),
          stored.map(({ name }) => name).sort(),
        );
      });

    it('has after a restart what it had before', async () => {
      const collector = await start();
      await collector.report('web1', [
        { name: 'disk', state: 'OK', info: 'line one\nline two' },
        { name: 'load', state: 'ERR', info: 'žluťoučký 🐎' },
      ]);
      await collector.report('web2', [{ name: 'disk', state: 'WARN', info: '' }]);
      await collector.report('web1', [{ name: 'load', state: 'UNK' }]);
      const all = async (from: Collector) => {
        const services = await from.services();
        const history = services.map(({ id }) => from.get(`services/${id}/history`));
        const reports = services.map(({ id }) => from.get(`services/${id}/reports`));
        const lists = [from.get('status'), from.get('servers'), from.alerts(), ...history, ...reports];
        return { services, lists: await Promise.all(lists) };
      };
      const before = await all(collector);
      assert.equal(before.services.length, 3);
      const after = await collector.restart();
      assert.deepEqual(await all(after), before);
      await after.report('web1', [{ name: 'load', state: 'OK' }]);
      assert.deepEqual(
        (await after.alerts('service=load')).map(({ message }) => message),
        ['State changed: "(?)" -> "ERR"', 'State changed: "ERR" -> "UNK"', 'State changed: "UNK" -> "OK"'],
      );
    });

    it('gives what was promised while it was down a fresh period, and tells of who stays silent at its end', async () => {
      const collector = await start();
      await collector.report('web1', [{ name: 'disk', state: 'OK' }], 2);
      await collector.stop();
      const stoppedAt = Date.now();
      await eventually(() => assert.ok(Date.now() > stoppedAt + 4000));
      const again = await collector.restart();
      const kinds = async () => (await again.alerts()).map(({ kind }) => kind);
      await eventually(async () => assert.deepEqual(await kinds(), ['collector/resumed']));
      const [{ deadline_at = '' } = {}] = await again.services();
      assert.ok(Date.parse(deadline_at) > stoppedAt + 6000, deadline_at);
      await eventually(async () => assert.deepEqual(await kinds(), ['collector/resumed', 'plugin/offline']));
      const late = Date.parse((await again.alerts()).at(-1)?.at ?? '') - Date.parse(deadline_at);
      assert.ok(late >= 0 && late < 1000, `${late} ms after the deadline`);
    });
  });

  describe('that cannot start', () => {
    /** What it says in its one line; beside it stands only where to look further. */
    async function refusal(args: string[], exitCode: number, env: NodeJS.ProcessEnv = {}): Promise<string> {
      const { code, out, err } = await scene.overcServer(args, env).outcome;
      const [, line] = /^overc-server: ([^\n]+)\n(Try: overc-server --help\n)?$/.exec(err) ?? [];
      assert.ok(line, `${err}${out}`);
      assert.deepEqual([code, out], [exitCode, '']);
      return line;
    }
    const inFile = async (text: string) => {
      scene.write('server.ini', text);
      return refusal(['--config', 'server.ini'], 2);
    };

    it('names file, section and option of a setting that it does not know', async () => {
      assert.match(
        await inFile('[overc]\nlisen=127.0.0.1:5000\n'),
        /^server\.ini: \[overc\] lisen: unknown option.*\blisten\b/,
      );
      assert.match(
        await inFile('[alert:log]\ncommand=cat\ncomand=cat\n'),
        /^server\.ini: \[alert:log\] comand: unknown option.*\bcommand\b/,
      );
      assert.match(
        await inFile('[alerts:log]\ncommand=cat\n'),
        /^server\.ini: \[alerts:log\]: unknown section/,
      );
    });

    it('names file, section and option of a bad value, without a password', async () => {
      assert.match(
        await inFile('[overc]\nlisten=everywhere\n'),
        /^server\.ini: \[overc\] listen: "everywhere" must be HOST:PORT/,
      );
      const bad = await inFile('[overc]\ndatabase=postgres://overc:geheim@db/overc\n');
      assert.match(bad, /^server\.ini: \[overc\] database: .*must be sqlite:\/\/FILE or mysql:\/\//);
      assert.doesNotMatch(bad, /geheim/);
      assert.match(
        await inFile('[alert:log]\ntimeout=1s\n'),
        /^server\.ini: \[alert:log\] command: is missing/,
      );
    });

    it('names a file that is not there, a flag that it does not know, and a variable that it cannot read', async () => {
      const [file, flag, variable] = await Promise.all([
        refusal(['--config', 'nowhere.ini'], 2),
        refusal(['--databse', 'sqlite://overc.db'], 2),
        refusal([], 2, { OVERC_LISTEN: 'everywhere' }),
      ]);
      assert.match(file, /^nowhere\.ini: cannot be read/);
      assert.match(flag, /databse/);
      assert.match(variable, /^OVERC_LISTEN: "everywhere" must be HOST:PORT/);
    });

    it('ends with 1 when its port is in use or its MariaDB is not there', async () => {
      const { port } = await startCollector(scene, { database: newDatabase('SQLite', scene) });
      const closedPort = await freePort();
      const [listen, database] = await Promise.all([
        refusal(['--listen', `127.0.0.1:${port}`, '--database', 'sqlite://other.db'], 1),
        refusal(['--database', `mysql://overc:geheim@127.0.0.1:${closedPort}/overc`], 1),
      ]);
      assert.match(listen, new RegExp(`127\\.0\\.0\\.1:${port} is in use.*--listen`));
      assert.match(database, new RegExp(`database at 127\\.0\\.0\\.1:${closedPort} .*ECONNREFUSED`));
      assert.doesNotMatch(database, /geheim/);
    });
  });

  describe('and overcli', () => {
    it('show how they are used, by example', async () => {
      const outcomes = await Promise.all([
        scene.overcServer(['--help']).outcome,
        scene.overcli('--help').outcome,
      ]);
      for (const { code, out, err } of outcomes) {
        assert.deepEqual([code, err], [0, '']);
        assert.match(out, /Examples:\n\s+(overc-server|overcli) /);
      }
    });

    it('tell their version, by npx too', async () => {
      const outcomes = await Promise.all([
        scene.overcServer(['--version']).outcome,
        scene.overcli('--version').outcome,
        scene.shell('npx overc-server --version', ROOT).outcome,
        scene.shell('npx overcli --version', ROOT).outcome,
      ]);
      for (const { code, out } of outcomes) {
        assert.equal(code, 0);
        assert.match(out, /^\d+\.\d+\.\d+\n$/);
      }
    });
  });

  describe('beside another on one SQLite file', () => {
    it('is refused with 2, and the other goes on', async () => {
      await owner.report('web1', [{ name: 'disk', state: 'OK' }]);
      const { code, out, err } = await intruder.outcome;
      assert.deepEqual([code, out], [2, '']);
      assert.match(
        err,
        /^overc-server: .*another collector is using .*overc\.db; stop it, or use MariaDB.*\nTry: .*\n$/,
      );
      await owner.report('web1', [{ name: 'disk', state: 'WARN' }]);
      assert.deepEqual(
        (await owner.services()).map(({ state }) => state),
        ['WARN'],
      );
    });
  });
});

/** A report whose body is held back until `finish`. */
class SlowPost {
  readonly name: string;
  /** Resolves when the collector has read the head of the request and asks for the body. */
  readonly accepted: Promise<unknown>;
  /** The status, or the code of the error when there was none. */
  readonly answer: Promise<number | string>;
  readonly #request: ClientRequest;
  readonly #body: string;

  constructor({ port }: Collector, name: string) {
    this.name = name;
    const services = [{ name, state: 'OK' }];
    this.#body = JSON.stringify({ server: { name: 'web1', key: '1234' }, period: 3600, services });
    this.#request = request({
      port,
      host: '127.0.0.1',
      agent: false,
      method: 'POST',
      path: '/api/set/service/status',
      headers: { Expect: '100-continue', 'Content-Length': Buffer.byteLength(this.#body) },
    });
    this.accepted = once(this.#request, 'continue');
    this.accepted.catch(() => {}); // the answer tells
    this.answer = new Promise((resolve) => {
      this.#request.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      this.#request.once('response', (response: IncomingMessage) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
    });
    this.#request.flushHeaders();
  }

  finish(): this {
    this.#request.end(this.#body);
    return this;
  }
}

function numbered<T>(word: string, make: (name: string) => T): T[] {
  return Array.from({ length: POSTS }, (_, index) => make(`${word}-${index}`));
}
