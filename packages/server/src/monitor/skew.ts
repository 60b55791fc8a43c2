import { isSkewNews } from '../core/skew.ts';
import { saveSkew } from '../store/servers.ts';
import type { Tx } from '../store/transaction.ts';
import type { Admitted } from './admit.ts';
import type { Submission } from './submission.ts';

/** How far the sender's clock is behind ours, milliseconds, as far as a submission tells. */
export function skewOf({ at, sentAt }: Submission): number | undefined {
  return sentAt === undefined ? undefined : at - sentAt;
}

/** Notes how far a server's clock is off, when that is news. */
export async function noteSkew(tx: Tx, { submission, server }: Admitted): Promise<void> {
  const skewMs = skewOf(submission);
  if (skewMs === undefined || !isSkewNews(server.skewMs, skewMs)) return;
  await saveSkew(tx, server.id, skewMs);
  server.skewMs = skewMs;
}
