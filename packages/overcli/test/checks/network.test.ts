import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { overcli } from '../program.ts';
import { Workshop } from '../workshop.ts';
import { type SelfSigned, selfSigned } from './authority.ts';
import { NameServer } from './name-server.ts';
import { numberOf, runCheck } from './outcome.ts';

const PLUGINS = '/usr/lib/nagios/plugins';
const servers = new Set<TcpServer | Server>();
const sockets = new Set<Socket>();

/** Starts a server on a free port of this machine, which the end of its suite closes. */
async function listen(server: TcpServer | Server): Promise<number> {
  servers.add(server);
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeAll(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  servers.clear();
}

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  servers.delete(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a real plugin prints, whatever its exit code. */
async function plugin(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(`${PLUGINS}/${name}`, args).catch((error) => error);
  return stdout;
}

describe('check tcp', () => {
  const workshop = new Workshop();
  let site: SelfSigned;
  before(() => {
    site = selfSigned(workshop, 'site', 100);
  });
  afterEach(closeAll);
  after(() => workshop.remove());

  const echo = (socket: Socket) => socket.on('data', (data) => socket.write(`you said ${data}`));

  it('connects, tells the time, and judges it', async () => {
    const port = await listen(createTcpServer());
    const outcome = await runCheck('tcp', `127.0.0.1:${port}`);
    assert.equal(outcome.state, 'OK');
    assert.match(outcome.text, new RegExp(`^127\\.0\\.0\\.1:${port} answered in [\\d.]+ ms$`));
    assert.equal(outcome.perf[0]?.max, 10);
    assert.equal((await runCheck('tcp', '-H', '127.0.0.1', '-p', `${port}`, '-w', '1:')).state, 'WARN');
    assert.equal((await runCheck('tcp', '-H', 'localhost', '-p', `${port}`, '-c', '1h:')).state, 'ERR');
  });

  it('is ERR where nobody listens, as check_tcp is', async () => {
    const port = await closedPort();
    const { state, text } = await runCheck('tcp', `127.0.0.1:${port}`);
    assert.deepEqual([state, text], ['ERR', `127.0.0.1:${port}: connection refused`]);
    assert.match(await plugin('check_tcp', '-H', '127.0.0.1', '-p', `${port}`), /Connection refused/);
  });

  it('sends a text and waits for the right answer', async () => {
    const port = `${await listen(createTcpServer(echo))}`;
    const outcome = await runCheck(
      'tcp',
      '127.0.0.1',
      '-p',
      port,
      '-s',
      'hello\\r\\n',
      '-e',
      'you said',
      '-e',
      'hello\\r\\n',
    );
    assert.equal(outcome.state, 'OK', outcome.text);
  });

  it('is ERR when another answer comes, or the server hangs up', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('busy')));
    const { state, text } = await runCheck('tcp', `127.0.0.1:${port}`, '-e', 'ready');
    assert.deepEqual([state, text], ['ERR', `127.0.0.1:${port} did not answer "ready", but "busy"`]);
  });

  it('is ERR at the timeout', async () => {
    const port = await listen(createTcpServer());
    const outcome = await overcli('check', 'tcp', `127.0.0.1:${port}`, '-e', 'ready', '-t', '0.3');
    assert.deepEqual(outcome, { code: 2, out: 'TCP ERR - no result within 0.3 s\n', err: '' });
  });

  it('speaks TLS, and minds the certificate unless told otherwise', async () => {
    const port = await listen(createTlsServer({ cert: site.cert, key: site.key }, (socket) => echo(socket)));
    const words = ['tcp', '-S', `localhost:${port}`, '-s', 'x', '-e', 'you said x'];
    const strict = await runCheck(...words);
    assert.equal(strict.state, 'ERR');
    assert.match(strict.text, /its certificate is not accepted: self-signed certificate/);
    assert.equal((await runCheck(...words, '--insecure')).state, 'OK');
    const plain = await listen(createTcpServer((socket) => socket.end('220 plain\r\n')));
    assert.match((await runCheck('tcp', '-S', `127.0.0.1:${plain}`)).text, /it does not speak TLS/);
  });

  it('is ERR for a host that is not there', async () => {
    const { state, text } = await runCheck('tcp', 'no-such-host.invalid:80', '-t', '5');
    assert.equal(state, 'ERR');
    assert.match(text, /^no-such-host\.invalid:80: (no such host|the name service does not answer)$/);
  });
});

describe('check ping', () => {
  afterEach(closeAll);

  it('takes an answer and a refusal for a sign of life', async () => {
    for (const port of [await listen(createTcpServer()), await closedPort()]) {
      const outcome = await runCheck('ping', `127.0.0.1:${port}`, '-n', '3');
      assert.equal(outcome.state, 'OK');
      assert.match(outcome.text, new RegExp(`^127\\.0\\.0\\.1:${port}: 0% lost, mean time [\\d.]+ ms$`));
      assert.deepEqual(outcome.perf[1], {
        label: 'pl',
        value: 0,
        unit: '%',
        warn: '40',
        crit: '80',
        min: 0,
        max: 100,
      });
    }
  });

  it('is judged by time and by loss', async () => {
    const port = await listen(createTcpServer());
    const slow = await runCheck('ping', `127.0.0.1:${port}`, '-w', '0.0001,50%');
    assert.equal(slow.state, 'WARN');
    assert.ok(numberOf(slow, 'rta') > 0.0001);
  });

  it('counts what is not answered as lost', async () => {
    // A stopped server's full queue drops what comes next, as a firewall does.
    const program = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port) })`;
    const server = spawn(process.execPath, ['-e', program]);
    const waiting: Socket[] = [];
    try {
      const port = Number(await once(server.stdout, 'data'));
      server.kill('SIGSTOP');
      for (let left = 8; left > 0; left--)
        waiting.push(connect({ port, host: '127.0.0.1' }).on('error', () => {}));
      await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, 'connect')));
      const { state, text } = await runCheck('ping', `127.0.0.1:${port}`, '-n', '2', '--wait', '200ms');
      assert.deepEqual([state, text], ['ERR', `127.0.0.1:${port}: 100% lost: no answer in time`]);
    } finally {
      server.kill('SIGKILL');
      for (const socket of waiting) socket.destroy();
    }
  });

  it('says why when there is no such host', async () => {
    const { state, text, perf } = await runCheck('ping', 'no-such-host.invalid', '-n', '2');
    assert.equal(state, 'ERR');
    assert.match(text, /^no-such-host\.invalid:443: 100% lost: /);
    assert.deepEqual(
      perf.map(({ label, value }) => [label, value]),
      [['pl', 100]],
    );
  });
});

describe('check dns', () => {
  let names: NameServer;
  let at: string[];
  before(async () => {
    names = await new NameServer().start();
    at = ['-s', `127.0.0.1:${names.port}`];
  });
  after(() => names.close());

  it('asks a server, and tells answer and time', async () => {
    const outcome = await runCheck('dns', ...at, 'www.example.test');
    assert.equal(outcome.state, 'OK');
    assert.match(outcome.text, /^www\.example\.test A: 192\.0\.2\.1, 192\.0\.2\.2 \([\d.]+ ms\)$/);
    assert.equal(outcome.perf[0]?.label, 'time');
    assert.equal((await runCheck('dns', ...at, '-w', '1h:', 'www.example.test')).state, 'WARN');
  });

  it('asks for other kinds of records', async () => {
    assert.match(
      (await runCheck('dns', ...at, '-q', 'mx', 'example.test')).text,
      /MX: 10 mail\.example\.test /,
    );
    assert.match((await runCheck('dns', ...at, '-q', 'TXT', 'example.test')).text, /TXT: v=spf1 -all /);
    assert.match((await runCheck('dns', ...at, '192.0.2.1')).text, /^192\.0\.2\.1 PTR: www\.example\.test /);
  });

  it('is ERR when the answer is not exactly the expected one', async () => {
    const ask = (...expected: string[]) =>
      runCheck('dns', ...at, ...expected.flatMap((one) => ['-a', one]), 'www.example.test');
    assert.equal((await ask('192.0.2.2', '192.0.2.1')).state, 'OK');
    const partly = await ask('192.0.2.1');
    assert.equal(partly.state, 'ERR');
    assert.match(partly.text, /192\.0\.2\.1, 192\.0\.2\.2; expected 192\.0\.2\.1 \(/);
  });

  it('is ERR for a name that is not there, unless that is right', async () => {
    const missing = await runCheck('dns', ...at, 'gone.example.test');
    assert.equal(missing.state, 'ERR');
    assert.match(missing.text, /^gone\.example\.test A: there is no such name \(/);
    assert.equal((await runCheck('dns', ...at, '-n', 'gone.example.test')).state, 'OK');
    assert.equal((await runCheck('dns', ...at, '-n', 'www.example.test')).state, 'ERR');
  });

  it('is ERR when the server fails, and when it does not answer', async () => {
    assert.match((await runCheck('dns', ...at, 'broken.example.test')).text, /the server failed/);
    const mute = createSocket('udp4').bind(0, '127.0.0.1');
    await once(mute, 'listening');
    const outcome = await overcli(
      'check',
      'dns',
      '-s',
      `127.0.0.1:${mute.address().port}`,
      '-t',
      '300ms',
      'x.test',
    );
    mute.close();
    assert.equal(outcome.code, 2);
    assert.match(outcome.out, /^DNS ERR - no result within 0\.3 s\n$/);
  });
});

describe('check http', () => {
  const workshop = new Workshop();
  let site: SelfSigned;
  before(() => {
    site = selfSigned(workshop, 'site', 20);
  });
  afterEach(closeAll);
  after(() => workshop.remove());

  const serve = async (answer: RequestListener) =>
    `http://127.0.0.1:${await listen(createHttpServer(answer))}`;
  const page: RequestListener = (_request, response) => response.end('<h1>Welcome</h1>\nstatus: up\n');
  const status =
    (code: number): RequestListener =>
    (_request, response) =>
      response.writeHead(code).end();

  it('fetches a page, and tells status, time and size', async () => {
    const outcome = await runCheck('http', `${await serve(page)}/a?b`);
    assert.equal(outcome.state, 'OK');
    assert.match(outcome.text, /^200 OK, 28 B \([\d.]+ ms\)$/);
    assert.equal(numberOf(outcome, 'size'), 28);
    assert.equal(outcome.perf[0]?.max, 10);
  });

  it('agrees with check_http about a status', async () => {
    const words: Record<string, string> = { OK: 'OK', WARN: 'WARNING', ERR: 'CRITICAL' };
    for (const code of [200, 204, 404, 503]) {
      const address = await serve(status(code));
      const { state, text } = await runCheck('http', address);
      const theirs = await plugin('check_http', '-H', '127.0.0.1', '-p', new URL(address).port);
      assert.ok(theirs.startsWith(`HTTP ${words[state as string]}`), `${text} - ${theirs}`);
    }
  });

  it('expects a status when told to', async () => {
    const address = await serve(status(404));
    assert.equal((await runCheck('http', '-e', '200,4xx', address)).state, 'OK');
    assert.equal((await runCheck('http', '-e', '200', address)).state, 'ERR');
  });

  it('looks for texts and patterns', async () => {
    const address = await serve(page);
    assert.equal((await runCheck('http', '-s', 'Welcome', '-r', '^status: (up|idle)$', address)).state, 'OK');
    const text = await runCheck('http', '-s', 'Goodbye', address);
    assert.equal(text.state, 'ERR');
    assert.match(text.text, /, "Goodbye" is not in it \(/);
    assert.match((await runCheck('http', '-r', '^up', address)).text, /\/\^up\/mu does not match \(/);
  });

  it('judges time and size', async () => {
    const address = await serve(page);
    assert.equal((await runCheck('http', '-w', '1h:', address)).state, 'WARN');
    assert.equal((await runCheck('http', '-c', '1h:', address)).state, 'ERR');
    assert.equal((await runCheck('http', '-m', '1k:', address)).state, 'WARN');
  });

  it('sends method, body, headers and credentials, and shows no password', async () => {
    let heard = '';
    const address = await serve(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      const { authorization, 'content-type': type, 'user-agent': agent } = request.headers;
      heard = [request.method, request.url, type, authorization, agent, body].join(' ');
      response.end();
    });
    const basic = `Basic ${Buffer.from('me:pa55word').toString('base64')}`;
    const withUser = address.replace('//', '//me:pa55word@');
    const outcome = await runCheck(
      'http',
      '-P',
      '{}',
      '-k',
      'Content-Type: application/json',
      `${withUser}/x?y=1`,
    );
    assert.equal(heard, `POST /x?y=1 application/json ${basic} overcli {}`);
    assert.equal((await runCheck('http', '-j', 'HEAD', '-a', 'me:pa55word', address)).state, 'OK');
    assert.match(heard, new RegExp(`^HEAD /  ${basic} `));
    const refused = await runCheck(
      'http',
      `http://me:pa55word@127.0.0.1:${await closedPort()}/x?token=pa55word`,
    );
    assert.match(refused.text, /^http:\/\/127\.0\.0\.1:\d+\/x: connection refused$/);
    assert.doesNotMatch(outcome.out + refused.out, /pa55word/);
  });

  it('follows redirects, or takes them for what it is told', async () => {
    const address = await serve((request, response) => {
      const hops = Number(request.url?.slice(1));
      if (hops === 0) response.end('there');
      else response.writeHead(302, { location: `/${hops - 1}` }).end();
    });
    assert.equal((await runCheck('http', '-s', 'there', `${address}/5`)).state, 'OK');
    assert.equal((await runCheck('http', '--max-redirs', '1', `${address}/2`)).state, 'ERR');
    for (const [word, state] of [
      ['ok', 'OK'],
      ['warning', 'WARN'],
      ['critical', 'ERR'],
    ] as const)
      assert.equal((await runCheck('http', '-f', word, `${address}/1`)).state, state);
  });

  it('follows to another server without what was meant for the first, and asks anew for what a form was answered with', async () => {
    const heard: (string | undefined)[] = [];
    const other = await serve(async (request, response) => {
      const { authorization, 'x-mine': mine } = request.headers;
      heard.push(
        request.method,
        authorization,
        mine as string,
        Buffer.concat(await request.toArray()).toString(),
      );
      response.end();
    });
    const address = await serve((_request, response) =>
      response.writeHead(303, { location: `${other}/a?b` }).end(),
    );
    const words = ['-a', 'me:pa55word', '-k', 'X-Mine: 1', '-P', 'text', address];
    assert.equal((await runCheck('http', ...words)).state, 'OK');
    assert.deepEqual(heard, ['GET', undefined, '1', '']);
    const kept = await serve((_request, response) => response.writeHead(307, { location: other }).end());
    assert.equal((await runCheck('http', '-P', 'text', kept)).state, 'OK');
    assert.deepEqual(heard.slice(4), ['POST', undefined, undefined, 'text']);
  });

  it('is ERR at the timeout, when the server hangs up, and when it does not speak HTTP', async () => {
    const hung = await overcli('check', 'http', '-t', '0.5', await serve(() => {}));
    assert.deepEqual(hung, { code: 2, out: 'HTTP ERR - no result within 0.5 s\n', err: '' });
    const trickle = await serve((_request, response) => response.write('a'));
    assert.equal((await overcli('check', 'http', '-t', '0.5', trickle)).code, 2);
    const gone = await runCheck('http', await serve((request) => request.socket.destroy()));
    assert.match(gone.text, /: the connection was closed before an answer$/);
    const port = await listen(createTcpServer((socket) => socket.end('220 mail\r\n')));
    assert.match((await runCheck('http', `http://127.0.0.1:${port}/`)).text, /the answer is not HTTP/);
  });

  it('watches the certificate of a server', async () => {
    const port = await listen(createHttpsServer({ cert: site.cert, key: site.key }, page));
    const address = `https://localhost:${port}/`;
    const strict = await runCheck('http', address);
    assert.equal(strict.state, 'ERR');
    assert.match(strict.text, /its certificate is not accepted: self-signed certificate/);
    const warned = await runCheck('http', '--insecure', '-C', '28,14', address);
    assert.equal(warned.state, 'WARN', warned.text);
    assert.match(warned.text, /, site expires in (19\.9|20) days, on /);
    assert.deepEqual(warned.perf[2], {
      label: 'days',
      value: numberOf(warned, 'days'),
      unit: '',
      warn: '28:',
      crit: '14:',
    });
    assert.equal((await runCheck('http', '--insecure', '-C', '10', address)).state, 'OK');
  });

  it('trusts an authority that Node is told of', async () => {
    const port = await listen(createHttpsServer({ cert: site.cert, key: site.key }, page));
    process.env.NODE_EXTRA_CA_CERTS = site.certFile;
    try {
      assert.equal((await overcli('check', 'http', '-C', '5', `https://localhost:${port}/`)).code, 0);
    } finally {
      delete process.env.NODE_EXTRA_CA_CERTS;
    }
  });
});
