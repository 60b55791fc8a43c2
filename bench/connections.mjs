import { connect } from 'node:net';
import { parseAnswer } from './answer.mjs';

const BUFFER_BYTES = 65_536;
/** Node's http server closes a connection after 5 s of rest; one that has rested nearly so long is not used again. */
const MOST_REST_MS = 3000;

/**
 * HTTP connections with one request under way on each, opened when they are needed. Bare sockets: an http client costs
 * more than the server that it measures. `onDone(tag, status, sentAt)` hears of each answer, with no status when the
 * connection broke.
 */
export function createPool({ port, connections, onDone }) {
  // All sockets read into one buffer, since each piece is looked at before the next is read.
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  const open = new Set();
  const idle = [];
  let firstIdle = 0;

  function openOne() {
    const connection = { tag: undefined, sentAt: 0, restsSince: 0, isOpen: true, pending: '' };
    connection.socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          receive(connection, buffer.latin1Slice(0, length));
          return true;
        },
      },
    });
    connection.socket.on('error', () => {});
    connection.socket.on('close', () => lose(connection));
    open.add(connection);
    return connection;
  }

  function receive(connection, text) {
    const answer = parseAnswer(connection.pending + text);
    if (!answer) {
      connection.pending += text;
      return;
    }
    connection.pending = '';
    const { tag, sentAt } = connection;
    if (tag === undefined) return;
    connection.tag = undefined;
    if (answer.closes) connection.isOpen = false;
    else rest(connection);
    onDone(tag, answer.status, sentAt);
  }

  function rest(connection) {
    connection.restsSince = performance.now();
    idle.push(connection);
  }

  function lose(connection) {
    connection.isOpen = false;
    open.delete(connection);
    const { tag, sentAt } = connection;
    connection.tag = undefined;
    if (tag !== undefined) onDone(tag, undefined, sentAt);
  }

  /** The one that has rested longest; a new one when none is free; undefined when there are too many. */
  function take(now) {
    while (firstIdle < idle.length) {
      const connection = idle[firstIdle++];
      if (firstIdle > 4096 && firstIdle * 2 > idle.length) {
        idle.splice(0, firstIdle);
        firstIdle = 0;
      }
      if (connection.isOpen && now - connection.restsSince < MOST_REST_MS) return connection;
      connection.isOpen = false;
      connection.socket.destroy();
    }
    return open.size < connections ? openOne() : undefined;
  }

  return {
    /** Sends the request that `requestOf(tag)` gives as a Latin-1 string; false when no connection is free. */
    send(requestOf, tag) {
      const now = performance.now();
      const connection = take(now);
      if (!connection) return false;
      connection.tag = tag;
      connection.sentAt = now;
      connection.socket.write(requestOf(tag), 'latin1');
      return true;
    },
    close() {
      for (const { socket } of open) socket.destroy();
    },
  };
}
