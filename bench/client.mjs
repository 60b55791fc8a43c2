import { Agent, request } from 'node:http';

const TIMEOUT_MS = 30_000;

/** A plain client of one server at 127.0.0.1 over a few kept connections, for everything that is not the load itself. */
export function createClient(port, sockets = 16) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, timeout: TIMEOUT_MS });

  function send(method, path, body, headers = {}) {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, method, agent, timeout: TIMEOUT_MS };
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
      const req = request({ ...options, headers: { ...length, ...headers } }, (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (chunk) => {
          text += chunk;
        });
        res.on('end', () => resolve({ status: res.statusCode, text }));
        res.on('error', reject);
      });
      req.on('timeout', () => req.destroy(new Error(`${method} ${path} took over ${TIMEOUT_MS} ms`)));
      req.on('error', reject);
      req.end(body);
    });
  }

  async function expectOk(method, path, body) {
    const { status, text } = await send(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 200)}`);
    return JSON.parse(text);
  }

  return {
    send,
    get: (path) => expectOk('GET', path),
    post: (path, body) => expectOk('POST', path, JSON.stringify(body)),
    close: () => agent.destroy(),
  };
}
