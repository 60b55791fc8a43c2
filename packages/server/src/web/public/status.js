// A public page stays up to date by itself, without losing its place; what cannot be fetched now is tried again.
const EVERY_MS = 60_000;

async function refresh() {
  const answer = await fetch(location.href).catch(() => undefined);
  if (!answer?.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const main = next.querySelector('main');
  if (main) document.querySelector('main')?.replaceWith(main);
}

setInterval(() => {
  if (!document.hidden) refresh();
}, EVERY_MS);
