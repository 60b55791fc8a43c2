// Exact times in the reader's own zone; the UTC time stays in the title. Run again after each refresh of the page.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

function localize() {
  for (const time of document.querySelectorAll('time[data-exact]')) {
    const text = format.format(new Date(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

localize();
document.addEventListener('htmx:after:swap', localize);
