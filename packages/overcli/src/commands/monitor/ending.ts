import type { StopReason } from '../../command.ts';

/** What ends the monitor: a wish from outside, or a fault from within; the first of them counts. */
export interface Ending {
  /** Aborts when there is a reason to end. */
  signal: AbortSignal;
  /** Resolves then. */
  reached: Promise<void>;
  readonly reason: StopReason | undefined;
  fault: (error: unknown) => void;
  /** Takes what this signal aborts with for a reason. */
  follow: (stop: AbortSignal) => void;
}

export function endingOf(): Ending {
  let reason: StopReason | undefined;
  const quit = new AbortController();
  const end = (why: StopReason) => {
    reason ??= why;
    quit.abort();
  };
  return {
    signal: quit.signal,
    reached: new Promise((resolve) => quit.signal.addEventListener('abort', () => resolve())),
    get reason() {
      return reason;
    },
    fault: (error) => end({ kind: 'fault', error }),
    follow: (stop) => stop.addEventListener('abort', () => end(stop.reason as StopReason), { once: true }),
  };
}
