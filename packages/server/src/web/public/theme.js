// Dark or light as the reader chose, or as the reader's system is; set before the page is drawn.
const THEMES = ['auto', 'light', 'dark'];
const dark = matchMedia('(prefers-color-scheme: dark)');

function chosen() {
  try {
    return localStorage.getItem('theme') ?? 'auto';
  } catch {
    return 'auto'; // storage may be forbidden
  }
}

function apply() {
  const theme = chosen();
  const shown = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
  document.documentElement.setAttribute('data-bs-theme', shown);
  const button = document.getElementById('theme');
  if (button) button.textContent = `Theme: ${theme}`;
}

function next() {
  const theme = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
  try {
    localStorage.setItem('theme', theme);
  } catch {}
  apply();
}

dark.addEventListener('change', apply);
apply();
document.addEventListener('DOMContentLoaded', () => {
  const button = document.getElementById('theme');
  if (!button) return;
  button.hidden = false;
  button.addEventListener('click', next);
  apply();
});
