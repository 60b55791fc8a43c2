import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeFolder, temporaryFolder } from '../folders.mjs';
import { LOAD_CORE, startPinned } from '../processes.mjs';

const SCRIPT = fileURLToPath(new URL('../lua/halves.lua', import.meta.url));
const CONNECTIONS = 64;

/** The closed loop of ../wrk.mjs over TLS, with the same arguments and result; wrk takes any certificate. */
export async function secureLoop({ port, heads, tails, seconds }) {
  const folder = temporaryFolder();
  const files = [join(folder, 'heads'), join(folder, 'tails')];
  for (const [index, halves] of [heads, tails].entries()) writeFileSync(files[index], asLines(halves));
  const output = await run('wrk', [
    ...['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--timeout', '20s', '-s', SCRIPT],
    ...[`https://127.0.0.1:${port}/`, '--', ...files],
  ]).finally(() => removeFolder(folder));
  const [, json] = output.match(/^RESULT (.*)$/m) ?? [];
  if (!json) throw new Error(`wrk said nothing of use: ${output.slice(-500)}`);
  const result = JSON.parse(json);
  return { ...result, perSecond: result.requests / result.seconds };
}

function asLines(halves) {
  return halves.map((half) => half.replaceAll('\r', '\\r').replaceAll('\n', '\\n')).join('\n');
}

async function run(command, args) {
  const child = startPinned(LOAD_CORE, command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${output.slice(-500)}`);
  return output;
}
