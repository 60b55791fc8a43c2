import type { ServerResponse } from 'node:http';
import { type Audience, type Make, showAnew } from './audience.ts';
import type { Changes } from './changes.ts';
import { inSlices } from './slices.ts';
import { createStream, type Stream } from './stream.ts';

/** So often each stream says that it is alive, so that a page knows when it has lost the collector. */
const HEARTBEAT_MS = 10_000;
/** More open pages are turned away; they go on looking for themselves. */
const MOST_STREAMS = 5000;
/** Pages that are made after a change, those with the most readers; the readers of the others fetch theirs, so that it takes as long as they are slow. */
const MOST_MADE = 20;

/** What a stream is of. */
export interface Page {
  /** Streams with the same are sent the same. */
  key: string;
  make: Make;
  /** Whether the browser takes gzip. */
  isPacked: boolean;
}

/** Readers of no page in particular are told. */
const NO_PAGE: Page = { key: '', make: async () => undefined, isPacked: false };

/** The open pages, each sent anew after a change, or told of it, by server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface Streams {
  /** Makes a stream of an answer; false when there are too many. */
  open(res: ServerResponse, page?: Page): boolean;
  /** Ends all of them. */
  end(): void;
}

export function createStreams(changes: Changes): Streams {
  const streams = new Set<Stream>();
  const audiences = new Map<string, Audience>();
  let stopWatching: (() => void) | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  function begin(): void {
    stopWatching = changes.watch(oneAtATime(() => sendAll([...audiences.values()])));
    heartbeat = setInterval(() => void inSlices(streams, (stream) => stream.beat()), HEARTBEAT_MS).unref();
  }

  function rest(): void {
    stopWatching?.();
    clearInterval(heartbeat);
  }

  function add(stream: Stream, { key, make }: Page): void {
    if (streams.size === 0) begin();
    streams.add(stream);
    const audience = audiences.get(key) ?? { makes: new Map() };
    audiences.set(key, audience);
    audience.makes.set(stream, make);
  }

  function remove(stream: Stream, { key }: Page): void {
    streams.delete(stream);
    if (streams.size === 0) rest();
    const makes = audiences.get(key)?.makes;
    makes?.delete(stream);
    if (makes?.size === 0) audiences.delete(key);
  }

  return {
    open(res, page = NO_PAGE) {
      if (streams.size >= MOST_STREAMS) return false;
      const stream = createStream(res, { isPacked: page.isPacked, changedMsAgo: changes.age() });
      add(stream, page);
      res.on('close', () => remove(stream, page));
      return true;
    },
    end() {
      for (const stream of streams) stream.end();
    },
  };
}

/** Those of the largest audiences are sent their pages, one page after the other; the others are told. */
async function sendAll(audiences: Audience[]): Promise<void> {
  audiences.sort((a, b) => b.makes.size - a.makes.size);
  const made = audiences.slice(0, MOST_MADE);
  const told = audiences.slice(MOST_MADE);
  for (const audience of told) audience.last = undefined;
  await inSlices(
    told.flatMap(({ makes }) => [...makes.keys()]),
    (stream) => stream.tell(),
  );
  for (const audience of made) await showAnew(audience);
}

/** Runs `work` whenever it is asked for; when that is while it runs, once more afterwards. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let [isRunning, isMore] = [false, false];
  return async () => {
    isMore = true;
    if (isRunning) return;
    isRunning = true;
    for (; isMore; await work()) isMore = false;
    isRunning = false;
  };
}
