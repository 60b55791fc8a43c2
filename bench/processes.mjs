import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';

/** What is measured runs on one core, the load on the other. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

const STOP_PATIENCE_MS = 60_000;
/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const started = new Set();

process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    console.error(`${signal}: ended`);
    process.exit(INTERRUPTED);
  });

/** Keeps this process, and with it what it starts, on the core of the load. */
export function pinSelf() {
  execFileSync('taskset', ['-a', '-p', '-c', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
}

/** Starts a program on one core; it does not outlive this process. taskset becomes the program, so the pid is the program's. */
export function startPinned(core, command, args, options = {}) {
  const child = spawn('taskset', ['-c', String(core), command, ...args], options);
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/**
 * Keeps idle cores from sleeping until this process ends (docs.kernel.org: PM Quality of Service): a virtual core may
 * take milliseconds to wake, and who waits for the disk sleeps more often than the yardstick. False when it is not allowed.
 */
export function keepCoresAwake() {
  try {
    writeSync(openSync('/dev/cpu_dma_latency', 'w'), new Uint8Array(Int32Array.BYTES_PER_ELEMENT));
    return true;
  } catch {
    return false;
  }
}

/** Asks a process to end and waits until it has; kills it when it takes too long. */
export async function endProcess(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const impatient = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  await ended;
  clearTimeout(impatient);
}

/** Resident memory in bytes now, from /proc. */
export function residentBytes(pid) {
  return memoryField(pid, 'VmRSS');
}

/** The most resident memory in bytes that the process ever had. */
export function peakBytes(pid) {
  return memoryField(pid, 'VmHWM');
}

function memoryField(pid, field) {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'));
  return Number(line?.[1] ?? 0) * 1024;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
/** Fields of /proc/PID/stat, counted from the one after the program's name: proc(5) fields 14 and 15. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** Processor time in seconds that the process has used, all threads, user and system. */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS_PER_SECOND;
}

/** A port that was free a moment ago. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
