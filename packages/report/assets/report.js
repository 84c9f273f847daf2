/** What the report does beyond HTML and copy.js: filtering and unfolding. */

const FILTER_DELAY_MS = 120;

function startFilter() {
  const input = document.getElementById('filter');
  if (input === null) return;
  document.querySelector('.tools').hidden = false;
  const cases = [...document.querySelectorAll('[data-case]')].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
  }));
  const groups = [...document.querySelectorAll('[data-group]')].map((element) => ({
    element,
    // What all its cases share: their peers and requests are their own.
    text: [...element.querySelectorAll('h2, .shared div:first-child dd')]
      .map((one) => one.textContent)
      .join(' ')
      .toLowerCase(),
  }));
  let timer = 0;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => showMatching(input.value.trim().toLowerCase(), cases, groups), FILTER_DELAY_MS);
  });
}

/** Every word must be there, in the incident or in what its group shares. */
function showMatching(words, cases, groups) {
  const wanted = words.split(/\s+/);
  let shown = 0;
  for (const group of groups) {
    const mine = cases.filter(({ element }) => group.element.contains(element));
    const matching = mine.filter(({ text }) =>
      wanted.every((word) => text.includes(word) || group.text.includes(word)),
    );
    for (const { element } of mine) element.hidden = true;
    for (const { element } of matching) element.hidden = false;
    for (const table of group.element.querySelectorAll('.table')) {
      table.hidden = table.querySelector('tbody tr:not([hidden])') === null;
    }
    group.element.hidden = matching.length === 0;
    shown += matching.length;
  }
  const count = document.getElementById('filter-count');
  count.textContent = words === '' ? '' : `${shown} of ${cases.length}`;
}

function startUnfolding() {
  const button = document.getElementById('unfold');
  if (button === null) return;
  button.addEventListener('click', () => {
    const folded = document.querySelectorAll('details.case:not([open])');
    const all = document.querySelectorAll('details.case');
    for (const element of all) element.open = folded.length > 0;
    button.textContent = folded.length > 0 ? 'Fold all' : 'Unfold all';
  });
}

startFilter();
startUnfolding();
