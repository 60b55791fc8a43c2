import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from './client.mjs';
import { CHECKOUT, temporaryFolder } from './folders.mjs';
import {
  cpuSeconds,
  endProcess,
  freePort,
  peakBytes,
  residentBytes,
  SERVER_CORE,
  startPinned,
} from './processes.mjs';

const START_PATIENCE_MS = 120_000;
const POLL_MS = 20;

/**
 * Starts a program that listens at a port, on the server's core, and waits until `probe` ({path, body}) is answered
 * with 200. `program(port)` gives its arguments, `command` is Node unless given. Resolves to {port, pid, client, startedInMs, …} with what it costs, and `stop`.
 */
export async function startServer({
  name,
  command = process.execPath,
  program,
  env = {},
  probe,
  folder = temporaryFolder(),
}) {
  const port = await freePort();
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const from = performance.now();
  const child = startPinned(SERVER_CORE, command, program(port), {
    cwd: CHECKOUT,
    env: { ...withoutSettings(process.env), ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const client = createClient(port);
  await answering(child, client, probe).catch((error) => {
    throw new Error(`${name}: ${error.message}\n${readFileSync(logFile, 'utf8').slice(-1000)}`);
  });
  return {
    port,
    client,
    pid: child.pid,
    startedInMs: performance.now() - from,
    residentBytes: () => residentBytes(child.pid),
    peakBytes: () => peakBytes(child.pid),
    cpuSeconds: () => cpuSeconds(child.pid),
    log: () => readFileSync(logFile, 'utf8'),
    async stop(signal) {
      client.close();
      await endProcess(child, signal);
    },
  };
}

export function startYardstick() {
  const file = fileURLToPath(new URL('yardstick.mjs', import.meta.url));
  return startServer({ name: 'yardstick', program: (port) => [file, String(port)], probe: { body: '{}' } });
}

async function answering(child, client, { path = '/', body }) {
  const deadline = performance.now() + START_PATIENCE_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`ended with ${child.exitCode ?? child.signalCode}`);
    const answer = await client.send(body === undefined ? 'GET' : 'POST', path, body).catch(() => undefined);
    if (answer?.status === 200) return;
    if (performance.now() > deadline) throw new Error(`did not answer within ${START_PATIENCE_MS} ms`);
    await pause(POLL_MS);
  }
}

/** What the person who runs the benchmark has set for collectors of their own does not count here. */
function withoutSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OVERC_')));
}
