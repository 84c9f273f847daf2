/** Copy buttons: hidden until there is a script to serve them. */

function addCopyButtons() {
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
}

async function copy(button) {
  const label = 'Copy';
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = 'Copied';
  } catch {
    // No clipboard outside secure contexts: select the text instead.
    getSelection().selectAllChildren(button.previousElementSibling);
    button.textContent = 'Selected';
  }
  setTimeout(() => {
    button.textContent = label;
  }, 1500);
}

addCopyButtons();
