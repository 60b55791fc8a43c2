// Dark or light as the reader's system is, set before the page is drawn.
const dark = matchMedia('(prefers-color-scheme: dark)');
const apply = () => document.documentElement.setAttribute('data-bs-theme', dark.matches ? 'dark' : 'light');
dark.addEventListener('change', apply);
apply();
