import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

const TYPES: Record<number, string> = { 1: 'A', 12: 'PTR', 15: 'MX', 16: 'TXT' };
const NO_ERROR = 0;
const SERVER_FAILURE = 2;
const NAME_ERROR = 3;

const HEADER_BYTES = 12;

/** What it knows: the data of each record, as it stands in an answer. */
const ZONE: Record<string, Buffer[]> = {
  'www.example.test A': [Buffer.from([192, 0, 2, 2]), Buffer.from([192, 0, 2, 1])],
  '1.2.0.192.in-addr.arpa PTR': [name('www.example.test')],
  'example.test MX': [Buffer.concat([Buffer.from([0, 10]), name('mail.example.test')])],
  'example.test TXT': [Buffer.from('\x0bv=spf1 -all')],
};

/** A name server for a few names under .test; source of the format: RFC 1035, section 4. */
export class NameServer {
  readonly #socket: Socket = createSocket('udp4');

  async start(): Promise<this> {
    this.#socket.on('message', (query, from) => this.#answer(query, from));
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    return this;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer, from: RemoteInfo): void {
    const { asked, type, end } = readQuestion(query);
    const records = ZONE[`${asked} ${TYPES[type]}`] ?? [];
    const code = asked.startsWith('broken.') ? SERVER_FAILURE : records.length === 0 ? NAME_ERROR : NO_ERROR;
    const header = Buffer.alloc(HEADER_BYTES);
    query.copy(header, 0, 0, 2); // its number
    header.writeUInt16BE(0x8580 | code, 2); // an answer, with authority
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const answers = records.map((data) => {
      const head = Buffer.from([0xc0, HEADER_BYTES, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]); // the name asked for, 60 s
      return Buffer.concat([head, data]);
    });
    this.#socket.send(
      Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...answers]),
      from.port,
      from.address,
    );
  }
}

function readQuestion(query: Buffer) {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] as number; length > 0; length = query[at] as number) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { asked: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function name(text: string): Buffer {
  return Buffer.from(
    `${text
      .split('.')
      .map((label) => String.fromCharCode(label.length) + label)
      .join('')}\0`,
    'latin1',
  );
}
