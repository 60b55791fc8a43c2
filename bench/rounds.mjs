import {
  headOf,
  identityOf,
  requestHead,
  SERVICES_PER_SERVER,
  STATUS_PATH,
  serviceName,
  tailOf,
} from './population.mjs';

/** One service in so many stops reporting, to see that its alert comes, and when. */
const SERVICES_PER_VICTIM = 1000;
const INFOS_PER_SERVICE = 20;
/** How soon an alert has to be seen after its deadline. */
const LATE_MS = 1000;
/** From each service of a round to the next; a prime, and larger than there are services, so that none comes twice. */
const STRIDE = 7_368_787;

/**
 * Requests that name each service once a round, neighbours far apart; a few services stop reporting after some round.
 * {request, onAnswer} are for openLoop; `victims` are those that stop, `refused` those of which a report was not taken,
 * by name: nobody sends it again, so they too are missed.
 */
export function inRounds({ services, period, rate, seconds }) {
  const order = Uint32Array.from({ length: services }, (_, place) => (place * STRIDE) % services);
  const victims = chooseVictims(order, Math.floor((rate * seconds) / services));
  const bodyOf = bodies(services, period);
  const refused = new Set();
  let answered = 0;
  return {
    victims: [...victims.values()],
    refused,
    answered: () => answered,
    request(index) {
      const place = index % services;
      const victim = victims.get(place);
      // Once it has stopped, its neighbour reports a second time, so that the rate stays.
      const hasStopped = victim !== undefined && index > victim.lastIndex;
      return bodyOf(order[hasStopped ? place + 1 : place], index);
    },
    onAnswer(index, status, sentAt, answeredAt) {
      answered++;
      if (status !== 200) refused.add(fullName(order[index % services]));
      const victim = victims.get(index % services);
      if (victim?.lastIndex !== index) return;
      victim.isStored = status === 200;
      victim.answeredAt = Date.now();
      victim.sentAt = Math.floor(victim.answeredAt - (answeredAt - sentAt)) - 1;
    },
  };
}

function bodies(services, period) {
  const servers = Math.ceil(services / SERVICES_PER_SERVER);
  const heads = Array.from({ length: servers }, (_, server) => headOf(server, period));
  const tails = Array.from({ length: SERVICES_PER_SERVER }, (_, service) =>
    Array.from({ length: INFOS_PER_SERVICE }, () => tailOf([service])),
  );
  const head = requestHead(STATUS_PATH, heads[0].length + tails[0][0].length);
  return (service, index) => {
    const infos = tails[service % SERVICES_PER_SERVER];
    const info = infos[(index + Math.floor(index / services)) % infos.length];
    return head + heads[Math.floor(service / SERVICES_PER_SERVER)] + info;
  };
}

/** By place in the order: which service stops, and with which request it reports for the last time. */
function chooseVictims(order, rounds) {
  const victims = new Map();
  if (rounds < 2) return victims;
  // No two neighbours, since the one stands in for the other.
  for (let place = 0; place + 1 < order.length; place += SERVICES_PER_VICTIM) {
    const lastRound = Math.floor(Math.random() * (rounds - 1));
    victims.set(place, { name: fullName(order[place]), lastIndex: lastRound * order.length + place });
  }
  return victims;
}

function fullName(service) {
  const { name } = identityOf(Math.floor(service / SERVICES_PER_SERVER));
  return `${name}/${serviceName(service % SERVICES_PER_SERVER)}`;
}

/**
 * Compares the alerts that came until the load ended (`until`, ms) with those that had to come:
 * {due, missing, late, refused, false, twice, latestMs}; `refused` are alerts of those whose report was not taken.
 */
export function judge(offline, { victims, refused }, periodMs, until) {
  const byName = new Map(victims.map((victim) => [victim.name, victim]));
  const told = new Set();
  const lateness = [];
  const verdict = { due: 0, missing: 0, late: 0, refused: 0, false: 0, twice: 0, latestMs: 0 };
  for (const { server, service, at, seenAt } of offline.filter((alert) => alert.at <= until)) {
    const name = `${server}/${service}`;
    const victim = byName.get(name);
    if (told.has(name)) verdict.twice++;
    told.add(name);
    if (refused.has(name)) verdict.refused++;
    else if (!victim?.isStored || at < victim.sentAt + periodMs) verdict.false++;
    else lateness.push(seenAt - (victim.answeredAt + periodMs));
  }
  const due = victims.filter((one) => one.isStored && one.answeredAt + periodMs + LATE_MS < until);
  verdict.due = due.length;
  verdict.missing = due.filter(({ name }) => !told.has(name)).length;
  verdict.late = lateness.filter((lateMs) => lateMs > LATE_MS).length;
  verdict.latestMs = Math.max(0, ...lateness);
  return verdict;
}

/** The place in a round, from 0 on, of a service: of the expression of SQL that tells which one it is. */
export function placeInSql(services, service) {
  return `(${service}) * ${inverseOf(STRIDE % services, services)} % ${services}`;
}

/** The x of which `value * x % modulus` is 1, by Euclid's extended algorithm. */
function inverseOf(value, modulus) {
  let [a, b, x, y] = [value, modulus, 1, 0];
  while (b !== 0) {
    const times = Math.floor(a / b);
    [a, b, x, y] = [b, a - times * b, y, x - times * y];
  }
  return ((x % modulus) + modulus) % modulus;
}
