import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHECKOUT, removeFolder, temporaryFolder } from './folders.mjs';
import { LOAD_CORE, startPinned } from './processes.mjs';

const SCRIPT = fileURLToPath(new URL('lua/halves.lua', import.meta.url));
const CONNECTIONS = 64;

/**
 * Sends requests in a closed loop: each connection sends the next when the last is answered, any of `heads` with any of
 * `tails`. Resolves to {perSecond, requests, non2xx, failed, p50Ms, p99Ms, maxMs}; rejects when wrk fails.
 * With `scheme` https any certificate is taken.
 */
export async function closedLoop({
  port,
  heads,
  tails,
  seconds,
  connections = CONNECTIONS,
  scheme = 'http',
}) {
  const folder = temporaryFolder();
  const files = [join(folder, 'heads'), join(folder, 'tails')];
  for (const [index, halves] of [heads, tails].entries()) writeFileSync(files[index], asLines(halves));
  const output = await run('wrk', [
    ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', SCRIPT],
    ...[`${scheme}://127.0.0.1:${port}/`, '--', ...files],
  ]).finally(() => removeFolder(folder));
  const result = JSON.parse(output.match(/^RESULT (.*)$/m)?.[1] ?? fail(output));
  return { ...result, perSecond: result.requests / result.seconds };
}

/** One a line, so line ends within one are written as a backslash and a letter. */
function asLines(halves) {
  return halves.map((half) => half.replaceAll('\r', '\\r').replaceAll('\n', '\\n')).join('\n');
}

async function run(command, args) {
  const child = startPinned(LOAD_CORE, command, args, { cwd: CHECKOUT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${output.slice(-500)}`);
  return output;
}

function fail(output) {
  throw new Error(`wrk said nothing of use: ${output.slice(-500)}`);
}
