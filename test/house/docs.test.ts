import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

describe('the documents', () => {
  it('that are made from the programs are up to date', () => {
    execFileSync(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: ROOT, stdio: 'pipe' });
  });

  it('link to files that are there', () => {
    const dead: string[] = [];
    for (const page of pages) {
      const text = readFileSync(join(ROOT, page), 'utf8');
      for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#\s]+)/g))
        if (!existsSync(join(ROOT, dirname(page), link as string))) dead.push(`${page}: ${link}`);
    }
    assert.ok(pages.length >= 8);
    assert.deepEqual(dead, []);
  });

  it('name in each decision the test that holds it up', () => {
    for (const page of pages.filter((page) => /^docs\/adr\/\d/.test(page))) {
      const text = readFileSync(join(ROOT, page), 'utf8');
      const enforced = /\*\*Enforced by\*\* (.*)/s.exec(text)?.[1] ?? assert.fail(`${page} names no test`);
      const files = [...enforced.matchAll(/`([^`]+\.ts)`/g)].map(([, file]) => file as string);
      assert.ok(files.length > 0, page);
      for (const file of files) assert.ok(existsSync(join(ROOT, file)), `${page}: ${file}`);
    }
  });

  it('about the read API name every field that it answers', () => {
    const text = readFileSync(join(ROOT, 'docs/read-api.md'), 'utf8');
    const shapes = readFileSync(join(ROOT, 'packages/server/src/web/api/shapes.ts'), 'utf8');
    for (const [, field] of shapes.matchAll(/\b([a-z]+_[a-z0-9_]+):/g))
      assert.ok(text.includes(field as string), field);
  });
});
