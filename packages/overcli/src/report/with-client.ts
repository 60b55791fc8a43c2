import type { Connection } from '../connection.ts';
import { Client, type ClientOptions } from './client.ts';

/** Does something with a client and closes it in any case. */
export async function withClient(
  connection: Connection,
  options: ClientOptions,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client(connection, options);
  try {
    await use(client);
  } finally {
    await client.close();
  }
}
