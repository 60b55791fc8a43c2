import type { Identity } from '@overc/protocol';
import type { OptionValues } from './options.ts';

/** The options of the command line, read as far as all commands share them. */
export interface Flags {
  server?: string | undefined;
  identity?: Identity | undefined;
  verbosity: number;
  /** All options as they were written. */
  options: OptionValues;
}
