import type { IncomingMessage } from 'node:http';
import { badRequest, HttpError } from '../../errors.ts';

/** The whole body of a request. Rejects with 413 as soon as it is known to be over `maxBytes`, 415 when it is compressed. */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new HttpError(413, `body is larger than ${maxBytes} bytes; send fewer services at once`);
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return Promise.reject(new HttpError(415, `body is encoded as ${encoding}; send it as plain JSON`));
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge());

  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else reject(tooLarge()); // the rest is read and dropped, so that the sender gets to read the answer
    });
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)));
    req.on('close', () => {
      if (!req.complete) reject(badRequest('body was cut off'));
    });
  });
}
