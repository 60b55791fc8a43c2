import { connect } from 'node:net';
import { cpus } from 'node:os';
import { createHistogram } from 'node:perf_hooks';
import { LOAD_CORE } from '../processes.mjs';

const CONNECTIONS = 64;
const TIMEOUT_MS = 20_000;
const BUFFER_BYTES = 65_536;
/** With less of its core idle than this share, the sender was as fast as it goes. */
const LEAST_IDLE = 0.05;
const MAGIC = 'ZBXD\x01';
const LENGTH_BYTES = 8;
/** The only one in an answer, which is a flat JSON object. */
const END = '}';

/**
 * What zabbix_sender sends of values {host, key, value}: "ZBXD", a flag, the length as a little-endian 64-bit number,
 * and JSON. Source: Zabbix manual, "Zabbix sender protocol" and "Header".
 */
export function senderRequest(values) {
  const body = Buffer.from(JSON.stringify({ request: 'sender data', data: values }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(body.length));
  return Buffer.concat([Buffer.from(MAGIC, 'latin1'), length, body]);
}

/** Whether an answer says that all of so many values were taken. */
export function tookAll(answer, values) {
  return answer.includes(`"processed: ${values}; failed: 0;`);
}

// All sockets read into one buffer, since each piece is copied before the next is read.
const buffer = Buffer.allocUnsafe(BUFFER_BYTES);

/** Sends a request on a connection of its own; resolves to the answer, or to what came of it before it broke. */
export function sendOne(port, request) {
  return new Promise((resolve) => {
    let answer = '';
    const callback = (length) => {
      answer += buffer.latin1Slice(0, length);
      if (!answer.endsWith(END)) return true;
      socket.destroy();
      resolve(answer);
      return false;
    };
    const to = { host: '127.0.0.1', port, timeout: TIMEOUT_MS, onread: { buffer, callback } };
    const socket = connect(to, () => socket.write(request));
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

/**
 * Sends requests of `values` values each in a closed loop: when one is answered, any of `requests` is sent next.
 * Resolves to {perSecond, p99Ms, refused, isSenderSpent}; what was not taken as a whole is refused and counts only there.
 */
export async function senderLoop({ port, requests, values, seconds }) {
  const latencies = createHistogram({ figures: 3 });
  let refused = 0;
  const idleMsBefore = idleMs();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  async function one() {
    while (performance.now() < endsAt) {
      const sentAt = performance.now();
      const answer = await sendOne(port, requests[Math.floor(Math.random() * requests.length)]);
      if (tookAll(answer, values))
        latencies.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
      else refused++;
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  const tookMs = performance.now() - startedAt;
  return {
    perSecond: (latencies.count / tookMs) * 1000,
    p99Ms: latencies.percentile(99) / 1000,
    refused,
    isSenderSpent: (idleMs() - idleMsBefore) / tookMs < LEAST_IDLE,
  };
}

function idleMs() {
  return cpus()[LOAD_CORE].times.idle;
}
