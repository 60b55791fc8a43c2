import { setFlagsFromString } from 'node:v8';
import type { Connection, Route } from '../connection.ts';
import type { Client, ClientOptions } from './client.ts';

/**
 * undici reads answers with WebAssembly, which V8 soon compiles a second time, better. An exit waits for that, 100 ms,
 * and our answers have a few bytes. Given late, as Node's own modules load more slowly under other flags than its build's.
 */
const NO_SECOND_COMPILATION = '--wasm-tiering-budget=1000000000';

/** Does something with a client and closes it in any case. Only what talks to a collector loads the HTTP client. */
export async function withClient(
  connection: Route & Partial<Connection>,
  options: ClientOptions,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const { Client } = await import('./client.ts');
  setFlagsFromString(NO_SECOND_COMPILATION);
  const client = new Client(connection, options);
  try {
    await use(client);
  } finally {
    await client.close();
  }
}
