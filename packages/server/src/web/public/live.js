// Keeps an open page as the collector knows it, by server-sent events: a page that several look at is sent, any other
// fetches itself when it is told. Either way htmx puts what differs into it.
const RENEW = 'overc-change';
// The stream says that it is alive every 10 s; without a word for longer the collector is out of touch.
const PATIENCE_MS = 25_000;
// Out of touch, the page looks for itself now and then.
const LOOK_AGAIN_MS = 5000;

const notice = document.getElementById('lost');
const icon = document.querySelector('link[rel=icon]');
const ownTitle = document.title.replace(/^\(\d+\) /, '');
const navigation = performance.getEntriesByType('navigation')[0];
let stream;
let address;
let lastSign = 0;
// When what is shown was asked for, in ms since the page was; going back may show what the browser kept.
let askedAt = navigation?.type === 'back_forward' ? Number.NEGATIVE_INFINITY : 0;
// A page that was sent and is not shown yet.
let sent;

/** Notes that the collector is there; returns whether it was out of touch. */
function sign() {
  lastSign = performance.now();
  const wasLost = notice?.hidden === false;
  if (wasLost) notice.hidden = true;
  return wasLost;
}

function refresh() {
  document.body.dispatchEvent(new Event(RENEW));
}

function ownAddress() {
  return document.getElementById('live')?.dataset.stream ?? '/live';
}

// Only a page that is seen holds a stream: browsers allow few connections to one server.
function open() {
  close();
  if (document.hidden) return;
  lastSign = performance.now();
  sent = undefined;
  address = ownAddress();
  stream = new EventSource(address);
  // It begins with how long ago the last change was, which may have been while the page was on its way.
  stream.addEventListener('alive', ({ data }) => {
    const hasMissed = data !== '' && performance.now() - Number(data) >= askedAt;
    if (sign() || hasMissed) refresh();
  });
  stream.addEventListener('change', () => renew(undefined));
  stream.addEventListener('page', ({ data }) => renew(data));
  stream.addEventListener('error', lose);
}

function close() {
  stream?.close();
  stream = undefined;
}

function renew(page) {
  sign();
  sent = page;
  refresh();
}

function lose() {
  if (notice && stream) notice.hidden = false;
  // A stream that was refused is not opened again by itself.
  if (stream?.readyState === EventSource.CLOSED) setTimeout(open, LOOK_AGAIN_MS);
}

// What was sent is taken instead of asking for it, by the same way and in its turn.
document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  if (ctx.target?.id !== 'live') return;
  ctx.askedAt = performance.now();
  if (ctx.sourceElement.id !== 'live' || sent === undefined) return;
  const text = sent;
  sent = undefined;
  ctx.fetch = async () => new Response(text);
});

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  askedAt = ctx.askedAt ?? askedAt;
  if (stream && address !== ownAddress()) follow();
  tellTrouble();
});

// What is on its way is of the page that was there before.
function follow() {
  document.getElementById('live')?.dispatchEvent(new Event('htmx:abort'));
  open();
}

// The title and the icon tell of trouble to whoever looks at another tab.
function tellTrouble() {
  const live = document.getElementById('live');
  const { trouble, worst } = live?.dataset ?? {};
  if (trouble === undefined) return;
  document.title = trouble === '0' ? ownTitle : `(${trouble}) ${ownTitle}`;
  const href = `/assets/favicon${worst ? `-${worst}` : ''}.svg`;
  if (icon && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) close();
  else {
    open();
    refresh();
  }
});
addEventListener('pagehide', close);
setInterval(() => {
  if (!stream || performance.now() - lastSign < PATIENCE_MS) return;
  lose();
  refresh();
}, LOOK_AGAIN_MS);
tellTrouble();
open();
