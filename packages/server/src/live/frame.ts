import { promisify } from 'node:util';
import { constants, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';

/** Server-sent events as they go over the wire, made once for all the streams that are sent them. */
export interface Frame {
  plain: Buffer;
  /** The same for streams that began with {@link GZIP_HEADER}. */
  packed: Buffer;
}

/**
 * How a gzip stream begins (RFC 1952). The packed frames that follow look back at nothing before themselves and end at
 * the border of a byte, so that any of them may follow any other: together they are one gzip stream that never ends.
 */
export const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Half the time of the usual level, and hardly longer. */
const PACKING: ZlibOptions = { level: 3, finishFlush: constants.Z_SYNC_FLUSH };
const pack = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw);

/** The frame of one event. Ends of lines in `data` arrive as line feeds, which is how HTML reads them anyway. */
export async function frameOf(event: string, data: string): Promise<Frame> {
  const lines = data.replaceAll(/\r\n|\r|\n/g, '\ndata: ');
  const plain = Buffer.from(`event: ${event}\ndata: ${lines}\n\n`);
  return { plain, packed: await pack(plain, PACKING) };
}

/** A frame of a few lines. */
export function smallFrame(text: string): Frame {
  const plain = Buffer.from(text);
  return { plain, packed: deflateRawSync(plain, PACKING) };
}
