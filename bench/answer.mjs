const END_OF_HEAD = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CLOSE = /\r\nconnection: *close/i;
/** "HTTP/1.1 200" */
const STATUS_FROM = 9;
const STATUS_TO = 12;

/** One HTTP/1.1 answer with a Content-Length: {status, closes}; undefined while it is not there as a whole. */
export function parseAnswer(text) {
  const headEnd = text.indexOf(END_OF_HEAD);
  if (headEnd < 0) return undefined;
  const length = Number(LENGTH.exec(text)?.[1] ?? 0);
  if (text.length < headEnd + END_OF_HEAD.length + length) return undefined;
  const status = Number(text.slice(STATUS_FROM, STATUS_TO));
  return { status, closes: CLOSE.test(text) };
}
