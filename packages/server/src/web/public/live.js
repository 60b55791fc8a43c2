// Keeps an open page as the collector knows it, by server-sent events; htmx fetches what changed.
const TELL = 'overc-change';
// The stream says that it is alive every 10 s; without a word for longer the collector is out of touch.
const PATIENCE_MS = 25_000;
// Out of touch, the page looks for itself now and then.
const LOOK_AGAIN_MS = 5000;

const notice = document.getElementById('lost');
const icon = document.querySelector('link[rel=icon]');
const ownTitle = document.title.replace(/^\(\d+\) /, '');
let stream;
let lastSign = 0;

function sign() {
  lastSign = performance.now();
  if (notice && !notice.hidden) {
    notice.hidden = true;
    refresh();
  }
}

function refresh() {
  document.body.dispatchEvent(new Event(TELL));
}

// Only a page that is seen holds a stream: browsers allow few connections to one server.
function open() {
  close();
  if (document.hidden) return;
  lastSign = performance.now();
  stream = new EventSource('/live');
  stream.addEventListener('alive', sign);
  stream.addEventListener('change', () => {
    sign();
    refresh();
  });
  stream.addEventListener('error', lose);
}

function close() {
  stream?.close();
  stream = undefined;
}

function lose() {
  if (notice && stream) notice.hidden = false;
  // A stream that was refused is not opened again by itself.
  if (stream?.readyState === EventSource.CLOSED) setTimeout(open, LOOK_AGAIN_MS);
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
document.addEventListener('htmx:after:swap', tellTrouble);
tellTrouble();
open();
