import type { ServerResponse } from 'node:http';
import { type Frame, GZIP_HEADER, smallFrame } from './frame.ts';

/** A browser that lost the stream tries again after so long. */
const RETRY_MS = 1000;
/** Who has read nothing for so many heartbeats is cut off: what it misses it finds when it comes back. */
const MOST_UNREAD_BEATS = 3;

const CHANGE = smallFrame('event: change\ndata:\n\n');
const ALIVE = smallFrame('event: alive\ndata:\n\n');

export interface StreamOptions {
  /** Whether the browser takes gzip. */
  isPacked: boolean;
  /** How long ago the last change was: a page that was asked for before it may have missed it. */
  changedMsAgo: number;
}

/**
 * An answer that goes on for as long as its page is open. While what it was sent is unread, it is sent nothing more, and
 * then the newest alone.
 */
export interface Stream {
  /** Sends the page, unless it is what was sent last. */
  show(page: Frame): void;
  /** Says that something changed, so that the page fetches itself. */
  tell(): void;
  /** Says that the collector is alive. */
  beat(): void;
  end(): void;
}

export function createStream(res: ServerResponse, { isPacked, changedMsAgo }: StreamOptions): Stream {
  let shown: Frame | undefined;
  let waiting: Frame | undefined;
  let unreadBeats = 0;

  function write({ plain, packed }: Frame): void {
    if (!res.destroyed && !res.writableEnded) res.write(isPacked ? packed : plain);
  }

  function send(frame: Frame): void {
    if (res.writableNeedDrain) waiting = frame;
    else write(frame);
  }

  res.on('drain', () => {
    unreadBeats = 0;
    const frame = waiting;
    waiting = undefined;
    if (frame) write(frame);
  });
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no', // nginx would keep it back until there is more
    ...(isPacked && { 'Content-Encoding': 'gzip' }),
  });
  if (isPacked) res.write(GZIP_HEADER);
  write(smallFrame(`retry: ${RETRY_MS}\nevent: alive\ndata: ${Math.floor(changedMsAgo)}\n\n`));

  return {
    show(page) {
      if (page === shown) return;
      shown = page;
      send(page);
    },
    tell() {
      shown = undefined;
      send(CHANGE);
    },
    beat() {
      if (!res.writableNeedDrain) write(ALIVE);
      else if (++unreadBeats === MOST_UNREAD_BEATS) res.destroy();
    },
    end: () => res.end(),
  };
}
