// Keys: / searches, j and k go through the list, Enter opens, ? tells of these.
const help = document.getElementById('keys');

function isTyping({ target }) {
  return target instanceof Element && target.matches('input, select, textarea, [contenteditable]');
}

function rows() {
  return [...document.querySelectorAll('#live [data-row] a[href]:first-of-type')];
}

function step(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next].focus();
}

const KEYS = {
  '/': () => document.querySelector('input[type=search]')?.focus(),
  j: () => step(1),
  k: () => step(-1),
  '?': () => help?.showModal(),
};

document.addEventListener('keydown', (event) => {
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
  if (!act || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});
