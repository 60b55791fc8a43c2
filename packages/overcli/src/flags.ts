import type { Identity } from '@overc/protocol';
import type { Connection } from './connection.ts';
import { UsageError } from './errors.ts';

/** The options of the command line, read. */
export interface Flags {
  server?: string | undefined;
  identity?: Identity | undefined;
  service?: string | undefined;
  verbosity: number;
  /** Whether to show a table; undefined leaves it to the terminal. */
  table?: boolean | undefined;
}

/** Where to report, for a command that has no file to tell it. Throws UsageError. */
export function requireConnection({ server, identity }: Flags): Connection {
  if (server === undefined) throw new UsageError('-s is missing; add -s http://localhost:5000/');
  if (identity === undefined) throw new UsageError('-i is missing; add -i NAME:KEY, such as web1:1234');
  return { server, identity };
}
