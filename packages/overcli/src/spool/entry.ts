import { createHash } from 'node:crypto';

/** A report as the write API takes it (an entry of `services`), with the time at which it was true. */
export interface ReportEntry {
  name: string;
  state: string;
  info: string;
  /** Seconds. */
  period: number;
  /** Seconds since 1970 UTC by this machine's clock, which may have a fraction. */
  at: number;
  grace?: number | undefined;
  title?: string | undefined;
  bye?: true | undefined;
  running?: true | undefined;
}

/** An alert as the write API takes it (an entry of `alerts`), and when it was to be sent. */
export interface AlertEntry {
  message: string;
  service?: string | undefined;
  id: string;
  /** As of a report. */
  at: number;
}

export type Entry = ReportEntry | AlertEntry;

export function isReport(entry: Entry): entry is ReportEntry {
  return 'name' in entry;
}

/** What a file of the spool holds. */
export interface Content {
  entries: Entry[];
  /** Lines that are not as they were written. */
  damaged: number;
}

/** A line of the spool: a checksum (the beginning of its SHA-256, hexadecimal), a space and the entry as JSON. */
export function lineOf(entry: Entry): string {
  const text = JSON.stringify(entry);
  return `${checkOf(text)} ${text}\n`;
}

/** Takes what can be read of a file, however damaged it is. */
export function readLines(bytes: Buffer): Content {
  const content: Content = { entries: [], damaged: 0 };
  for (const line of bytes.toString('utf8').split('\n')) {
    if (line === '') continue;
    const text = line.slice(CHECK_LENGTH + 1);
    if (line.startsWith(`${checkOf(text)} `)) content.entries.push(JSON.parse(text) as Entry);
    else content.damaged += 1;
  }
  return content;
}

const CHECK_LENGTH = 8;

function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, CHECK_LENGTH);
}
