/** Bursts are told of as one change, at most this often. */
const TELL_EVERY_MS = 250;

/** Tells whoever watches that the pages are no longer as they were. Not what changed: who wants to know looks. */
export interface Changes {
  /** This collector changed something; told of at once, or soon when something else was just now. */
  note(): void;
  /** Another collector did. */
  noteOther(): void;
  /** How many changes this collector made. */
  made(): number;
  /** Another number after each change. */
  version(): number;
  /** How long ago the last one was, milliseconds; before the first, since when they are noted. */
  age(): number;
  /** Calls `listener` after every change, until the returned function is called. */
  watch(listener: () => void): () => void;
  /** Whether anybody watches. */
  isWatched(): boolean;
}

export function createChanges(): Changes {
  const listeners = new Set<() => void>();
  let version = 0;
  let made = 0;
  let at = performance.now();
  let isPaused = false;
  let isMore = false;

  function tell(): void {
    isMore = false;
    isPaused = true;
    setTimeout(goOn, TELL_EVERY_MS).unref();
    for (const listener of listeners) listener();
  }

  function goOn(): void {
    isPaused = false;
    if (isMore) tell();
  }

  function noteOther(): void {
    version++;
    at = performance.now();
    if (isPaused) isMore = true;
    else tell();
  }

  return {
    note() {
      made++;
      noteOther();
    },
    noteOther,
    made: () => made,
    version: () => version,
    age: () => performance.now() - at,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isWatched: () => listeners.size > 0,
  };
}
