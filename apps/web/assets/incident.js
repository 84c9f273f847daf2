/** The keyboard on the page of one incident: a key presses what names it in data-key. `c` copies the Wireshark filter. */

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
  if (
    event.target instanceof HTMLElement &&
    event.target.closest('input:not([type="checkbox"]), textarea, select') !== null
  )
    return;
  const pressed = [...document.querySelectorAll('button[data-key]')].find(
    (element) => element.dataset.key === event.key,
  );
  if (pressed === undefined || pressed.hidden) return;
  event.preventDefault();
  pressed.click();
});
