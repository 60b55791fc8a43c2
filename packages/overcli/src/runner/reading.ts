import type { Ending, RunResult } from '@overc/command';
import { type State, stateFromExitCode } from '@overc/protocol';
import type { PluginSpec } from '../sources/spec.ts';

/** How much of a plugin's output is read. Source: Monitoring Plugins take 4 KiB for granted; a report takes more. */
export const MOST_OUTPUT_BYTES = 64 * 1024;
/** The longest UTF-8 character, less one: as much may be missing where the output was cut. */
const CUT_CHARACTER_BYTES = 3;
/** The last exit code that the plugin interface gives a meaning (UNK). */
const LAST_KNOWN_CODE = 3;

/** What one run of a plugin says about its service. */
export interface Reading {
  state: State;
  info: string;
}

/** What the end of a plugin's run says about its service. */
export function readingOf({ timeoutMs }: Pick<PluginSpec, 'timeoutMs'>, result: RunResult): Reading {
  const output = outputOf(result);
  const { state, remark } = verdict(result.ending, output, timeoutMs);
  const info = [remark, output].filter((part) => part !== '').join('\n');
  return { state, info };
}

function verdict(ending: Ending, output: string, timeoutMs: number): { state: State; remark: string } {
  switch (ending.kind) {
    case 'exit': {
      const needsRemark = output === '' && ending.code > LAST_KNOWN_CODE;
      return { state: stateFromExitCode(ending.code), remark: needsRemark ? `Exit code ${ending.code}` : '' };
    }
    case 'signal':
      return { state: 'UNK', remark: `Killed by ${ending.signal}` };
    case 'timeout':
      return { state: 'UNK', remark: `Timed out after ${timeoutMs / 1000} s` };
    case 'aborted':
      return { state: 'UNK', remark: 'Stopped with the monitor' };
    case 'not-started':
      return { state: 'UNK', remark: ending.reason };
  }
}

/** Standard output, or standard error when that is empty, as text that any database and terminal can take. */
function outputOf({ stdout, stderr, truncated }: RunResult): string {
  const printed = withoutLastNewline(stdout) === '' ? stderr : stdout;
  const isCut = truncated && Buffer.byteLength(printed) >= MOST_OUTPUT_BYTES - CUT_CHARACTER_BYTES;
  const text = withoutLastNewline(printed).replaceAll('\0', '\uFFFD').toWellFormed();
  return isCut ? `${text}\n… (cut after ${MOST_OUTPUT_BYTES / 1024} KiB)` : text;
}

function withoutLastNewline(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}
