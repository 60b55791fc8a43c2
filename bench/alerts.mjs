import { setTimeout as pause } from 'node:timers/promises';

const OFFLINE_PATH = '/api/v1/alerts?kind=plugin/offline';
const PAGE = 1000;
/** A look usually finds little that is new, so that the collector need not make long pages. */
const GLANCE = 20;
const MOST_PAGES = 2000;

/**
 * Looks at the collector's alerts every so often, and notes when each was first seen (`Date.now()`).
 * `offline` is a list of {service, server, at, seenAt}.
 */
export function watchOffline(client, everyMs) {
  const seen = new Map();
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      await look(client, seen);
      await pause(everyMs);
    }
  })();
  looking.catch(() => {}); // told by stop
  return {
    seen,
    /** One last look, and the list of all that was seen. */
    async stop() {
      isOver = true;
      await looking;
      await look(client, seen);
      return [...seen.values()];
    },
  };
}

/** Reads pages, the latest first, until one holds an alert that is known. */
async function look(client, seen) {
  let cursor = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const limit = page === 0 ? GLANCE : PAGE;
    const { alerts, next } = await client.get(`${OFFLINE_PATH}&limit=${limit}${cursor}`);
    const seenAt = Date.now();
    const news = alerts.filter(({ id }) => !seen.has(id));
    for (const { id, at, server, service } of news)
      seen.set(id, { server, service, at: Date.parse(at), seenAt });
    if (news.length < alerts.length || next === undefined) return;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** The id of the latest alert of a service that fell silent, the cheapest thing to ask for. The collector may tell of itself meanwhile. */
export async function latestOfflineId(client) {
  const { alerts } = await client.get(`${OFFLINE_PATH}&limit=1`);
  return alerts[0]?.id;
}

/** All services fallen silent since a time (ms), as `server/service`. */
export async function offlineSince(client, since) {
  const names = [];
  const from = encodeURIComponent(new Date(since).toISOString());
  let cursor = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const path = `${OFFLINE_PATH}&since=${from}&limit=${PAGE}${cursor}`;
    const { alerts, next } = await client.get(path);
    names.push(...alerts.map(({ server, service }) => `${server}/${service}`));
    if (next === undefined) break;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  return names;
}
