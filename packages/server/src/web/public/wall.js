// Slides through the servers where they do not fit, a screen at a time.
const EVERY_MS = 10_000;

setInterval(() => {
  const slides = document.getElementById('slides');
  if (!slides) return;
  const isAtEnd = slides.scrollTop + slides.clientHeight >= slides.scrollHeight - 1;
  slides.scrollTo({ top: isAtEnd ? 0 : slides.scrollTop + slides.clientHeight });
}, EVERY_MS);
