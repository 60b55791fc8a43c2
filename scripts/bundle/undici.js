// What the client uses of undici, for the bundle. Its index also loads fetch, WebSocket, caches and mocks, which takes
// longer than the request. Something else of undici is imported from the file in undici/lib that its index names.
import * as api from 'undici/lib/api/index.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';

Object.assign(Dispatcher.prototype, api.default);

export { Agent, Dispatcher, EnvHttpProxyAgent };
