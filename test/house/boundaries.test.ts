import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Which rooms a room may look into, beside itself; ARCHITECTURE.md draws the same arrows. */
const MAY_KNOW: Record<string, string[]> = {
  protocol: [],
  command: [],
  'overcli/entry': [
    'protocol',
    'overcli/commands',
    'overcli/checks',
    'overcli/report',
    'overcli/sources',
    'overcli/base',
  ],
  'overcli/commands': [
    'protocol',
    'overcli/checks',
    'overcli/runner',
    'overcli/job',
    'overcli/report',
    'overcli/spool',
    'overcli/sources',
    'overcli/base',
  ],
  'overcli/job': ['overcli/base'],
  'overcli/checks': ['protocol', 'command', 'overcli/base'],
  'overcli/runner': ['protocol', 'command', 'overcli/sources', 'overcli/base'],
  'overcli/sources': ['protocol', 'command', 'overcli/report', 'overcli/spool', 'overcli/base'],
  'overcli/report': ['protocol', 'overcli/spool', 'overcli/base'],
  'overcli/spool': ['protocol', 'overcli/base'],
  'overcli/base': ['protocol'],
  'server/base': ['protocol', 'command'],
  'server/core': ['protocol'],
  'server/migrations': ['server/store'],
  'server/store': ['protocol', 'server/core', 'server/base', 'server/migrations'],
  'server/monitor': ['protocol', 'server/core', 'server/store', 'server/base'],
  'server/intake': ['protocol', 'server/monitor', 'server/base'],
  'server/notify': ['protocol', 'command', 'server/core', 'server/store', 'server/base'],
  'server/jobs': [
    'protocol',
    'server/live',
    'server/core',
    'server/monitor',
    'server/notify',
    'server/store',
    'server/base',
  ],
  'server/live': ['server/base'],
  'server/web': [
    'protocol',
    'server/live',
    'server/core',
    'server/monitor',
    'server/intake',
    'server/store',
    'server/base',
  ],
  'server/entry': [
    'protocol',
    'server/web',
    'server/live',
    'server/jobs',
    'server/intake',
    'server/monitor',
    'server/store',
    'server/base',
  ],
};

/** Files directly in the collector's src that put it together; the others there are its base, as are these of overcli. */
const ENTRIES = new Set(['main.ts', 'cli.ts', 'app.ts', 'index.ts', 'secret.ts']);
const BASE_OF_OVERCLI = new Set([
  'command.ts',
  'connection.ts',
  'flags.ts',
  'operands.ts',
  'options.ts',
  'errors.ts',
  'clock.ts',
  'log.ts',
  'self.ts',
  'terminal.ts',
  'proc.ts',
  'size.ts',
  'state-folder.ts',
]);

interface Source {
  file: string;
  text: string;
  /** Files of ours that it imports. */
  imports: string[];
  /** Packages that it imports. */
  packages: string[];
}

const PACKAGE_ROOMS: Record<string, string> = { '@overc/protocol': 'protocol', '@overc/command': 'command' };

function roomOf(file: string): string {
  const [, name, , ...rest] = file.split('/') as [string, string, string, ...string[]];
  if (name === 'protocol' || name === 'command') return name;
  if (rest.length > 1) return `${name}/${rest[0]}`;
  const own = rest[0] as string;
  if (name === 'overcli') return BASE_OF_OVERCLI.has(own) ? 'overcli/base' : 'overcli/entry';
  return ENTRIES.has(own) ? `${name}/entry` : `${name}/base`;
}

function read(file: string): Source {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const named = [...text.matchAll(/(?:from|import)\s*\(?['"]([^'"]+)['"]/g)].map(
    ([, name]) => name as string,
  );
  const imports = named
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(ROOT, join(ROOT, dirname(file), name)));
  return { file, text, imports, packages: named.filter((name) => !name.startsWith('.')) };
}

const sources: Source[] = readdirSync(join(ROOT, 'packages'), { recursive: true, encoding: 'utf8' })
  .map((file) => join('packages', file))
  .filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file) && !file.endsWith('.d.ts'))
  .map(read);

describe('the house', () => {
  it('has sources to look at', () => {
    assert.ok(sources.length > 60);
    assert.ok(sources.some(({ imports }) => imports.length > 5));
  });

  it('has no arrow against the direction in which data flows', () => {
    const wrong: string[] = [];
    for (const { file, imports, packages } of sources) {
      const room = roomOf(file);
      const allowed = [
        room,
        ...(MAY_KNOW[room] ?? assert.fail(`${file} is in a room that nobody knows: ${room}`)),
      ];
      const looksInto = [...imports.map(roomOf), ...packages.flatMap((name) => PACKAGE_ROOMS[name] ?? [])];
      for (const other of looksInto) if (!allowed.includes(other)) wrong.push(`${file} (${room}) → ${other}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('has no circle of files', () => {
    const importsOf = new Map(sources.map(({ file, imports }) => [file, imports]));
    const done = new Set<string>();
    const visit = (file: string, path: string[]): void => {
      assert.ok(!path.includes(file), [...path, file].join(' → '));
      if (done.has(file)) return;
      for (const next of importsOf.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const { file } of sources) visit(file, []);
  });

  it('keeps Express and HTTP out of everything but web, and Knex out of core', () => {
    const users = (name: string) =>
      sources.filter(({ packages }) => packages.includes(name)).map(({ file }) => roomOf(file));
    assert.deepEqual([...new Set(users('express'))], ['server/web']);
    assert.deepEqual(
      users('knex').filter((room) => ['server/core', 'server/intake', 'server/notify'].includes(room)),
      [],
    );
    assert.deepEqual(
      sources.filter(({ file, packages }) => roomOf(file) === 'protocol' && packages.length > 0),
      [],
    );
  });

  it('keeps core free of waiting', () => {
    for (const { file, text } of sources)
      if (roomOf(file) === 'server/core') assert.doesNotMatch(text, /\bawait\b|\basync\b/, file);
  });

  it('reads the wall clock in clock.ts alone', () => {
    const readers = sources
      .filter(({ text }) => /\bDate\.now\b|\bnew Date\b|\bDate\.parse\b/.test(text))
      .map(({ file }) => file);
    assert.deepEqual(
      readers.filter((file) => !/\/src\/clock\.ts$/.test(file)),
      [],
    );
  });

  it('branches on the database in dialect.ts, in statements.ts and at the doors alone', () => {
    const asking = sources
      .filter(({ text }) => /dialectOf\(|kind === 'sqlite'|kind === 'mysql'/.test(text))
      .map(({ file }) => file);
    const doors = [
      'store/dialect.ts',
      'store/statements.ts',
      'store/connection.ts',
      'store/migrate.ts',
      'config.ts',
      'app.ts',
      'cli.ts',
    ];
    assert.deepEqual(
      asking.filter((file) => !doors.some((door) => file.endsWith(`server/src/${door}`))),
      [],
    );
  });
});
