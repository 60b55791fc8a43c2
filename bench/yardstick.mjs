// The yardstick: a bare node:http server that reads a body, parses it and answers, and does nothing else.
// Usage: node bench/yardstick.mjs PORT
import { createServer } from 'node:http';

const ANSWER = JSON.stringify({ ok: 1 });
const HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Content-Length': Buffer.byteLength(ANSWER),
};

const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    JSON.parse(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    res.writeHead(200, HEADERS).end(ANSWER);
  });
});

server.listen(Number(process.argv[2]), '127.0.0.1');
process.once('SIGTERM', () => process.exit());
