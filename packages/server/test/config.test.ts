import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SettingsError } from '@overc/protocol';
import { loadConfig, unknownVariables } from '../src/config.ts';

describe('settings', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'overc-config-'));
    file = join(folder, 'server.ini');
  });
  after(() => rmSync(folder, { recursive: true }));
  const load = (text: string) => {
    writeFileSync(file, text);
    return loadConfig({ file });
  };

  it('are complete without a file', () => {
    const config = loadConfig({});
    assert.deepEqual(config.database, { kind: 'sqlite', file: resolve('data/overc.db') });
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 5000 });
    assert.equal(config.secretFile, resolve('data/overc.secret'));
    assert.equal(config.keepReportsMs, 86_400_000);
    assert.equal(config.maxBodyBytes, 1024 ** 2);
    assert.deepEqual(config.channels, []);
  });

  it('come from the file, with relative paths counted from its folder', () => {
    const config = load(`[overc]
database=sqlite://overc.db
listen = [::1]:8080
keep-reports=0
base-url=https://mon.example.com/overc

[alert:sms/on call]
command=./sms.sh --text "a b" 50%;#=
timeout=5s
retry-for=0

[peer:berlin]
url=https://berlin.example.com
key=k

[status:our-shop]
title=Our "shop" & more
services=web1/http as Shop as usual, db1/mysql,
  web1/disk /var
`);
    assert.deepEqual(config.database, { kind: 'sqlite', file: join(folder, 'overc.db') });
    assert.equal(config.secretFile, join(folder, 'overc.secret'));
    assert.deepEqual(config.listen, { host: '::1', port: 8080 });
    assert.equal(config.keepReportsMs, 0);
    assert.equal(config.baseUrl, 'https://mon.example.com/overc/');
    assert.deepEqual(config.channels, [
      {
        name: 'sms/on call',
        argv: ['./sms.sh', '--text', 'a b', '50%;#='],
        cwd: folder,
        timeoutMs: 5000,
        retryForMs: 0,
      },
    ]);
    assert.deepEqual(config.peers, [{ name: 'berlin', url: 'https://berlin.example.com/', key: 'k' }]);
    assert.deepEqual(config.statuses, [
      {
        slug: 'our-shop',
        title: 'Our "shop" & more',
        entries: [
          { server: 'web1', service: 'http', name: 'Shop as usual' },
          { server: 'db1', service: 'mysql', name: 'mysql' },
          { server: 'web1', service: 'disk /var', name: 'disk /var' },
        ],
      },
    ]);
  });

  it('name a MariaDB database with any password', () => {
    const { database, secretFile } = load(
      '[overc]\ndatabase=mysql://overc:p%40ss%2Fw@db.example.com/overc\n',
    );
    assert.deepEqual(database, {
      kind: 'mysql',
      host: 'db.example.com',
      port: 3306,
      user: 'overc',
      password: 'p@ss/w',
      name: 'overc',
    });
    assert.equal(secretFile, join(folder, 'overc.secret'));
  });

  it('are taken from flags before the environment, and from there before the file', () => {
    writeFileSync(file, '[overc]\nlisten=1.1.1.1:1\nloglevel=error\nkeep-alerts=30d\n');
    const env = { OVERC_LISTEN: '2.2.2.2:2', OVERC_LOGLEVEL: 'debug', OVERC_KEEP_HISTORY: '60d' };
    const config = loadConfig({ file, env, flags: { listen: '3.3.3.3:3' } });
    assert.equal(config.listen.port, 3);
    assert.equal(config.logLevel, 'debug');
    assert.equal(config.keepHistoryMs, 60 * 86_400_000);
    assert.equal(config.keepAlertsMs, 30 * 86_400_000);
  });

  const wrong: [string, string][] = [
    ['[overc]\nlisten=5000', '[overc] listen: "5000" must be HOST:PORT'],
    ['[overc]\nlisten=localhost:99999', '[overc] listen: "localhost:99999" must have a port up to 65535'],
    ['[overc]\ndatabse=x', '[overc] databse: unknown option; known here are database'],
    [
      '[overc]\ndatabase=postgres://u:hunter2@h/d',
      '[overc] database: the value must be sqlite://FILE or mysql://',
    ],
    ['[overc]\nkeep-reports=yes', '[overc] keep-reports: "yes" must be a duration'],
    ['[overc]\nkeep-history=1h', '[overc] keep-history: "1h" must be at least'],
    ['[overc]\nloglevel=loud', '[overc] loglevel: "loud" must be one of error, warn'],
    ['[overc]\nmax-body=1GB', '[overc] max-body: "1GB" must be a size'],
    ['[overc]\nbase-url=mon.example.com', '[overc] base-url: "mon.example.com" must be an address'],
    ['[overc]\ntrust-proxy=nearby', '[overc] trust-proxy: "nearby" must be addresses'],
    ['[alert:]\ncommand=x', '[alert:]: "" must not be empty'],
    ['[alert:a]\ntimeout=5', '[alert:a] command: is missing'],
    ['[alert:a]\ncommand="x', '[alert:a] command: "\\"x" must close every quote'],
    ['[alert:a]\ncommand=', '[alert:a] command: "" must name a program'],
    ['[peer:a]\nkey=x', '[peer:a] url: is missing'],
    ['[peer:a]\nurl=http://b/', '[peer:a] key: is missing'],
    ['[peer:a]\nurl=b:5000\nkey=hunter2', '[peer:a] url: "b:5000" must be an address'],
    ['[status:Shop]\ntitle=a\nservices=a/b', '[status:Shop]: "Shop" must be made of small letters'],
    ['[status:]\ntitle=a\nservices=a/b', '[status:]: "" must be made of small letters'],
    ['[status:a]\nservices=a/b', '[status:a] title: is missing'],
    ['[status:a]\ntitle=a', '[status:a] services: is missing'],
    ['[status:a]\ntitle=a\nservices=', '[status:a] services: "" must not be empty'],
    ['[status:a]\ntitle=a\nservices=web1', '[status:a] services: "web1" must be SERVER/SERVICE'],
    [
      '[status:a]\ntitle=a\nservices=a/b,\n  ,c/d',
      '[status:a] services: "a/b,\\n,c/d" must be SERVER/SERVICE',
    ],
    [`[status:a]\ntitle=${'x'.repeat(256)}`, `[status:a] title: "${'x'.repeat(256)}" must have at most 255`],
    [
      `[status:a]\ntitle=a\nservices=${Array(51).fill('a/b').join(',')}`,
      `[status:a] services: "${Array(51).fill('a/b').join(',')}" must name at most 50`,
    ],
    ['[status:a]\nservice=a/b', '[status:a] service: unknown option; known here are title, services'],
    [
      '[service:a]\nperiod=5',
      '[service:a]: unknown section; known are [overc], [alert:<name>], [peer:<name>] and [status:<slug>]',
    ],
    ['listen=1', 'line 1'],
  ];
  for (const [text, message] of wrong)
    it(`stop the start on ${JSON.stringify(text).slice(0, 80)} with one line that names the place`, () => {
      assert.throws(
        () => load(text),
        (error: Error) =>
          error instanceof SettingsError &&
          error.message.startsWith(`${file}: ${message}`) &&
          !/\n|hunter2/.test(error.message),
      );
    });

  it('name the variable or the flag that is wrong', () => {
    assert.throws(
      () => loadConfig({ env: { OVERC_KEEP_REPORTS: 'x' } }),
      /^SettingsError: OVERC_KEEP_REPORTS: "x"/,
    );
    assert.throws(() => loadConfig({ flags: { listen: 'x' } }), /^SettingsError: --listen: "x"/);
    assert.throws(
      () => loadConfig({ file: join(folder, 'none.ini') }),
      /none\.ini: cannot be read \(ENOENT\)/,
    );
  });

  it('notice variables that only look like settings', () => {
    assert.deepEqual(unknownVariables({ OVERC_LISTEN: 'x', OVERC_DATABSE: 'x', PATH: 'x' }), [
      'OVERC_DATABSE',
    ]);
  });
});
