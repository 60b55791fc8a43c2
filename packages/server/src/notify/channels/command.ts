import { type Ending, run } from '@overc/command';
import type { ChannelConfig } from '../../config.ts';
import type { Attempt } from '../../core/delivery.ts';

import type { Message } from '../message.ts';

/** How much of what a failing command printed is kept as the reason. */
const MAX_OUTPUT_BYTES = 2048;

/** Runs the channel's command with the message on standard input. Exit code 0 means delivered; anything else may be tried again. */
export async function sendByCommand(
  channel: ChannelConfig,
  message: Message,
  signal: AbortSignal,
): Promise<Attempt> {
  const { argv, cwd, timeoutMs } = channel;
  const env = { ...process.env, ...message.variables };
  const { ending, stderr, stdout } = await run({
    argv,
    cwd,
    env,
    input: message.text,
    timeoutMs,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
  });
  if (ending.kind === 'exit' && ending.code === 0) return { ok: true };
  const printed = (stderr.trim() || stdout.trim()).replaceAll(/\s+/g, ' ');
  const reason = describe(ending, timeoutMs);
  return { ok: false, retry: true, reason: printed === '' ? reason : `${reason}: ${printed}` };
}

function describe(ending: Ending, timeoutMs: number): string {
  switch (ending.kind) {
    case 'exit':
      return `exit code ${ending.code}`;
    case 'signal':
      return `killed by ${ending.signal}`;
    case 'timeout':
      return `timed out after ${timeoutMs / 1000} s`;
    case 'aborted':
      return 'the collector stopped';
    case 'not-started':
      return ending.reason;
  }
}
