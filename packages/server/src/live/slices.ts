import { setImmediate as nextTurn } from 'node:timers/promises';

/** Streams that are written to in one turn of the event loop, about a millisecond, so that reports get in between. */
const SLICE = 25;

/** Calls `act` for each stream, a few in each turn of the event loop. */
export async function inSlices<T>(streams: Iterable<T>, act: (stream: T) => void): Promise<void> {
  let count = 0;
  for (const stream of streams) {
    act(stream);
    if (++count % SLICE === 0) await nextTurn();
  }
}
