import { setTimeout as pause } from 'node:timers/promises';
import { SERVER_CORE, startPinned } from '../processes.mjs';

const START_PATIENCE_MS = 120_000;
const POLL_MS = 20;
const KEPT_LOG = 2000;
const running = new Set();

// Before any other listener: the folders they write to are removed next.
process.prependListener('exit', () => {
  for (const child of running) killGroup(child);
});

/**
 * Runs `act()` beside a program that forks, on the server's core, once `isReady()` resolves to true. The program has a
 * process group of its own, so that all it forked ends with it.
 */
export async function withDaemon({ name, command, args, env = {}, isReady }, act) {
  const child = startPinned(SERVER_CORE, command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  // A stream closes when the last process that can write to it has ended, not only the first.
  const allEnded = new Promise((resolve) => child.once('close', resolve));
  const log = lastOf([child.stdout, child.stderr]);
  try {
    await readiness(child, isReady).catch((error) => {
      throw new Error(`${name}: ${error.message}\n${log()}`);
    });
    return await act();
  } finally {
    killGroup(child);
    await allEnded;
    running.delete(child);
  }
}

/** What is started for one measurement is thrown away, so nothing need be finished first. */
function killGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function readiness(child, isReady) {
  const deadline = performance.now() + START_PATIENCE_MS;
  while (!(await isReady().catch(() => false))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`ended with ${child.exitCode ?? child.signalCode}`);
    if (performance.now() > deadline) throw new Error(`was not ready within ${START_PATIENCE_MS} ms`);
    await pause(POLL_MS);
  }
}

function lastOf(streams) {
  let text = '';
  for (const stream of streams)
    stream.setEncoding('utf8').on('data', (piece) => {
      text = (text + piece).slice(-KEPT_LOG);
    });
  return () => text;
}
