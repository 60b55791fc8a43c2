// Exact times in the reader's own zone, and relative ones that tick; the UTC time stays in the title.
// Run again after each refresh of the page.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const STEPS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

function lengthText(ms) {
  for (const [unitMs, unit] of STEPS) if (ms >= unitMs) return `${Math.floor(ms / unitMs)} ${unit}`;
  return '0 s';
}

function relative(at) {
  const ms = at - Date.now();
  return ms > 0 ? `in ${lengthText(ms)}` : `${lengthText(-ms)} ago`;
}

function tell() {
  for (const time of document.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    const text = 'exact' in time.dataset ? format.format(at) : relative(at.getTime());
    if (time.textContent !== text) time.textContent = text;
  }
}

tell();
document.addEventListener('htmx:after:swap', tell);
setInterval(() => {
  if (!document.hidden) tell();
}, 1000);
