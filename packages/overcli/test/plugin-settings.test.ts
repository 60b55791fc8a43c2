import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { runPlugin } from '../src/runner/plugin.ts';
import { readUser } from '../src/sources/user.ts';
import { specOf } from './spec.ts';

const IS_ROOT = process.getuid?.() === 0;
const infoOf = async (script: string, changes: Parameters<typeof specOf>[2]) => {
  const spec = specOf('app', 60_000, { argv: ['sh', '-c', script], ...changes });
  return (await runPlugin(spec, new AbortController().signal))?.info;
};

describe('a plugin', () => {
  it('has the variables that are set for it beside those of the monitor', async () => {
    assert.equal(await infoOf('echo "$A|$PATH"', { env: { A: 'x = "y"' } }), `x = "y"|${process.env.PATH}`);
  });

  it('runs at a lower priority, as far as it is told', async () => {
    const own = Number(await infoOf('nice', { nice: 0 }));
    const lowered = Math.min(own + 7, 19); // soon after its start
    assert.equal(await infoOf(`until [ $(nice) = ${lowered} ]; do :; done; nice`, { nice: 7 }), `${lowered}`);
  });

  const whom = IS_ROOT ? 'nobody' : userInfo().username;
  it(`runs as another user for root, and as its own user for others (${whom})`, async () => {
    const user = readUser(whom);
    const info = await infoOf('id -un; id -u; id -g; echo $HOME $USER', { user });
    assert.equal(info, `${whom}\n${user.uid}\n${user.gid}\n${user.home} ${whom}`);
    assert.equal(user.uid === userInfo().uid, !IS_ROOT);
  });
});

describe('a user', () => {
  it('is refused when this machine has none of that name', () => {
    assert.throws(() => readUser('n0body-here'), /must be a user of this machine/);
    assert.throws(() => readUser('--help'), /must be a user of this machine/);
  });

  it('is refused by a monitor that is not root, which says who it is', async () => {
    // As root, the question is put by a process that gives up being it.
    const module = new URL('../src/sources/user.js', import.meta.url).href;
    const program = `
      const { readUser } = await import('${module}');
      if (process.getuid() === 0) process.setuid(65534);
      try { readUser('root'); } catch (error) { console.log(error.message); }`;
    const info = await infoOf(`"$NODE" --input-type=module -e "$PROGRAM"`, {
      env: { NODE: process.execPath, PROGRAM: program },
    });
    assert.match(info ?? '', /^needs a monitor that runs as root, and this one runs as \S+; leave it out$/);
  });
});
