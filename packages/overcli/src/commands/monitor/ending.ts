import type { StopReason } from '../../command.ts';

/** What ends the monitor: a wish from outside, or a fault from within; the first of them counts. */
export interface Ending {
  /** Resolves when there is a reason to end. */
  reached: Promise<void>;
  readonly reason: StopReason | undefined;
  fault: (error: unknown) => void;
  /** Takes what this signal aborts with for a reason. */
  follow: (stop: AbortSignal) => void;
}

export function endingOf(): Ending {
  let reason: StopReason | undefined;
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const end = (why: StopReason) => {
    reason ??= why;
    reach();
  };
  return {
    reached,
    get reason() {
      return reason;
    },
    fault: (error) => end({ kind: 'fault', error }),
    follow: (stop) => stop.addEventListener('abort', () => end(stop.reason as StopReason), { once: true }),
  };
}
