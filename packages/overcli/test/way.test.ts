import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Connection } from '../src/connection.ts';
import { Client } from '../src/report/client.ts';
import { proxyFor } from '../src/report/proxy.ts';
import { type Answer, Collector, hang, json, ok } from './collector.ts';
import { ForwardProxy } from './forward-proxy.ts';
import { Program } from './program.ts';
import { until } from './until.ts';
import { Workshop } from './workshop.ts';

const identity = { name: 'web1', key: '1234' };

describe('several addresses of a collector', () => {
  let first: Collector;
  let second: Collector;
  let client: Client;
  const said: string[] = [];

  beforeEach(async () => {
    first = await new Collector().start();
    second = await new Collector().start();
    const connection = { server: first.url, others: [second.url], identity };
    client = new Client(connection, {
      patienceMs: 300,
      returnAfterMs: 20,
      debug: (text) => said.push(text),
    });
  });
  afterEach(async () => {
    await client.close();
    await Promise.all([first.close().catch(() => {}), second.close()]);
  });

  it('are not looked at while the first one answers, even with a refusal', async () => {
    first.answer = json(403, { error: 'server.key is wrong' });
    await assert.rejects(client.ping(), /answered 403/);
    assert.deepEqual([first.received.length, second.received.length], [1, 0]);
  });

  const troubles: [string, Answer | undefined][] = [
    ['is gone', undefined],
    ['hangs', hang],
    ['is overloaded', json(503, {})],
  ];
  for (const [trouble, answer] of troubles)
    it(`are tried in turn when the first one ${trouble}, and the first again when it is back`, async () => {
      const port = Number(first.host.split(':')[1]);
      if (answer) first.answer = answer;
      else await first.close();
      await client.ping();
      assert.equal(client.address, second.url);

      if (answer) first.answer = ok;
      else first = await new Collector().start(port);
      await until('it is back at the first', async () => {
        await client.ping();
        return client.address === first.url;
      });
      const before = second.received.length;
      await client.ping();
      assert.equal(second.received.length, before);
    });

  it('are all named by the error of the first when none answers', async () => {
    first.answer = json(502, {});
    second.answer = json(503, {});
    await assert.rejects(client.ping(), new RegExp(`${first.url} answered 502`));
    assert.ok(said.some((text) => text.startsWith(`${second.url} answered 503`)));
  });

  it('are taken from the file of a monitor', async () => {
    const workshop = new Workshop();
    const servers = `http://127.0.0.1:1/ ${second.url}`;
    const monitor = new Program([
      'monitor',
      workshop.write(
        'config.ini',
        `[overc]\nserver = ${servers}\nmy-name=a\nmy-key=b\n[service:app]\nperiod=60\ncommand=true\n`,
      ),
    ]);
    await second.request(1);
    monitor.kill('SIGTERM');
    assert.equal((await monitor.outcome).code, 0);
    workshop.remove();
  });
});

describe('the way to a collector', () => {
  const workshop = new Workshop();
  let key: string;
  let cert: string;
  let collector: Collector;
  let secure: Collector;
  let proxy: ForwardProxy;

  before(() => {
    const made = ['-keyout', workshop.path('key.pem'), '-out', workshop.path('ca.pem')];
    const kind = [
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const whose = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', ...kind, ...made, ...whose], { stdio: 'ignore' });
    key = readFileSync(workshop.path('key.pem'), 'utf8');
    cert = readFileSync(workshop.path('ca.pem'), 'utf8');
  });
  beforeEach(async () => {
    collector = await new Collector().start();
    secure = await new Collector({ key, cert }).start();
    proxy = await new ForwardProxy().start();
  });
  afterEach(() => Promise.all([collector.close(), secure.close(), proxy.close()]));
  after(() => workshop.remove());

  const ping = async (connection: Omit<Connection, 'identity'>) => {
    const client = new Client({ ...connection, identity }, { patienceMs: 2000 });
    await client.ping().finally(() => client.close());
  };

  it('is not taken when nobody vouches for the collector, and the error says what to do', async () => {
    await assert.rejects(
      ping({ server: secure.url }),
      /certificate is not accepted .* in ca-file or NODE_EXTRA/,
    );
  });

  it('is taken when a private authority vouches for it', async () => {
    await ping({ server: secure.url, ca: cert });
    assert.equal(secure.received.length, 1);
  });

  it('leads through the proxy that is named: requests as such, TLS in a tunnel', async () => {
    const named = `http://user:pass@${proxy.host}/`;
    await ping({ server: collector.url, proxy: named });
    await ping({ server: secure.url, proxy: named, ca: cert });
    assert.deepEqual(proxy.passed, [`POST ${collector.url}api/ping`, `CONNECT ${secure.host}`]);
    const basic = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    assert.deepEqual(proxy.authorizations, [basic, basic]);
    assert.deepEqual([collector.received.length, secure.received.length], [1, 1]);
  });

  it('tells of a proxy that lets nobody through, without its password', async () => {
    proxy.refusal = 407;
    const named = `http://user:pass@${proxy.host}/`;
    await assert.rejects(
      ping({ server: collector.url, proxy: named }),
      /the proxy answered 407; put user and/,
    );
    await assert.rejects(
      ping({ server: secure.url, proxy: named, ca: cert }),
      (error: Error) =>
        /the proxy answered 407; put user and/.test(error.message) && !error.message.includes('pass@'),
    );
    await assert.rejects(
      ping({ server: collector.url, proxy: 'http://127.0.0.1:1/' }),
      /through http:\/\/127\.0\.0\.1:1\/: nothing listens there/,
    );
  });

  const within = (env: NodeJS.ProcessEnv) => {
    const { http_proxy, https_proxy, no_proxy, HTTP_PROXY, HTTPS_PROXY, NO_PROXY, ...rest } = process.env;
    const args = ['-s', collector.url, '-i', 'web1:1234', 'ping'];
    return new Program(args, [], { ...rest, ...env }).outcome;
  };

  it('leads through the proxy that the environment names, for every command', async () => {
    assert.equal((await within({ HTTP_PROXY: `http://${proxy.host}` })).code, 0);
    assert.equal(proxy.passed.length, 1);
  });

  it('leads past it where NO_PROXY says so', async () => {
    assert.equal((await within({ HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: '127.0.0.1' })).code, 0);
    assert.deepEqual([proxy.passed.length, collector.received.length], [0, 1]);
  });

  it('is known beforehand, for whoever examines it', async () => {
    const proxies: NodeJS.ProcessEnv[] = [
      ...[
        '',
        '*',
        '127.0.0.1',
        'x, 127.0.0.1',
        '.0.0.1',
        '0.1',
        '7.0.0.1',
        '127.0.0.1:1',
        collector.host,
      ].map((NO_PROXY) => ({ HTTP_PROXY: `http://${proxy.host}`, NO_PROXY })),
      { HTTP_PROXY: `http://${proxy.host}`, http_proxy: '' },
      { HTTPS_PROXY: `http://${proxy.host}` },
    ];
    const names = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);
    const surrounding = { ...process.env };
    for (const env of proxies) {
      const before = proxy.passed.length;
      for (const name of names) delete process.env[name];
      Object.assign(process.env, env);
      await ping({ server: collector.url });
      const known = proxyFor(collector.url, {}, env) !== undefined;
      assert.equal(known, proxy.passed.length > before, JSON.stringify(env));
    }
    for (const name of names) delete process.env[name];
    Object.assign(process.env, surrounding);
  });

  it('is what the file of a monitor says, whatever the environment does', async () => {
    const text = (way: string) =>
      `[overc]\nserver=${collector.url}\nmy-name=a\nmy-key=b\n${way}\n[service:app]\nperiod=60\ncommand=true\n`;
    for (const [way, count] of [
      ['proxy=none', 0],
      [`proxy=http://${proxy.host}/`, 1],
    ] as const) {
      const env = { ...process.env, HTTP_PROXY: 'http://127.0.0.1:1/', NO_PROXY: '' };
      const monitor = new Program(['monitor', workshop.write('way.ini', text(way))], [], env);
      await until('a report', () => collector.states.length === count + 1);
      monitor.kill('SIGTERM');
      await monitor.outcome;
      assert.equal(proxy.passed.length, count);
    }
  });
});
