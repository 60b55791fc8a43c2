import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'postject';
import { onlyLoaded } from './elf.mjs';
import { onlyEnglish } from './icu.mjs';
import { bundleScript } from './script.mjs';

/** Both as Node's documentation of single executable applications gives them. */
const RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Makes `outfile` of the Node that runs this and the client. Linux only. */
export async function bundleExecutable(outfile) {
  if (process.platform !== 'linux')
    throw new Error('The single executable is made on Linux only; use overcli.mjs here.');
  const work = mkdtempSync(join(tmpdir(), 'overcli-bundle-'));
  try {
    const blob = await makeBlob(work);
    const program = join(work, 'overcli');
    copyFileSync(process.execPath, program);
    chmodSync(program, 0o755);
    await quietly(() => inject(program, RESOURCE, blob, { sentinelFuse: FUSE }));
    writeFileSync(outfile, slimmed(readFileSync(program)), { mode: 0o755 });
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function makeBlob(work) {
  const [main, output, config] = ['overcli.cjs', 'overcli.blob', 'sea.json'].map((name) => join(work, name));
  await bundleScript(main, 'script');
  const settings = { main, output, disableExperimentalSEAWarning: true, useCodeCache: true };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'pipe' });
  return readFileSync(output);
}

/** Node without what only debuggers and speakers of other languages need, half of it. As it is where that is unknown. */
function slimmed(program) {
  try {
    if (process.arch !== 'x64') throw new Error(`how to make it smaller is not known for ${process.arch}`);
    return onlyLoaded(program, onlyEnglish(program));
  } catch (error) {
    console.error(`The executable stays large: ${error.message}.`);
    return program;
  }
}

/** postject's ELF library tells of every section of Node that it does not know. */
async function quietly(act) {
  const { log, warn, error } = console;
  Object.assign(console, { log() {}, warn() {}, error() {} });
  try {
    return await act();
  } finally {
    Object.assign(console, { log, warn, error });
  }
}
