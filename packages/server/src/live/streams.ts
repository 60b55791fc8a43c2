import type { ServerResponse } from 'node:http';
import type { Changes } from './changes.ts';

/** So often each stream says that it is alive, so that a page knows when it has lost the collector. */
const HEARTBEAT_MS = 10_000;
/** A browser that lost the stream tries again after so long. */
const RETRY_MS = 1000;
/** More open pages are turned away; they go on looking for themselves. */
const MOST_STREAMS = 5000;

/** The open pages, each told of changes by server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface Streams {
  /** Makes a stream of an answer; false when there are too many. */
  open(res: ServerResponse): boolean;
  /** Ends all of them. */
  end(): void;
}

export function createStreams(changes: Changes): Streams {
  const streams = new Set<ServerResponse>();
  let stopWatching: (() => void) | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  /** A browser that does not read is cut off: what it misses it finds when it comes back. */
  function send(text: string): void {
    for (const res of streams) if (!res.write(text)) res.destroy();
  }

  function begin(): void {
    stopWatching = changes.watch(() => send(`event: change\ndata: ${changes.version()}\n\n`));
    heartbeat = setInterval(() => send('event: alive\ndata:\n\n'), HEARTBEAT_MS).unref();
  }

  function rest(): void {
    stopWatching?.();
    clearInterval(heartbeat);
  }

  return {
    open(res) {
      if (streams.size >= MOST_STREAMS) return false;
      if (streams.size === 0) begin();
      streams.add(res);
      res.on('close', () => {
        streams.delete(res);
        if (streams.size === 0) rest();
      });
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store, no-transform' });
      res.write(`retry: ${RETRY_MS}\nevent: alive\ndata:\n\n`);
      return true;
    },
    end() {
      for (const res of streams) res.end();
    },
  };
}
