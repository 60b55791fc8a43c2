// A button beside each command to copy it.
function add() {
  if (!navigator.clipboard) return; // browsers give it to https and localhost alone
  for (const pre of document.querySelectorAll('pre[data-copy]')) {
    if (pre.nextElementSibling?.matches('[data-copies]')) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm mb-3';
    button.dataset.copies = '';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = 'Copied';
    });
    pre.after(button);
  }
}

add();
document.addEventListener('htmx:after:swap', add);
