/** What the live pages do beyond HTML and copy.js: fresh ages, and lists that follow new incidents. All of it is optional. */

const RELOAD_DELAY_MS = 400;
const AGE_EVERY_MS = 30_000;

/** The same words as formatAge in pages/when.ts. */
function ageWords(seconds) {
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min ago` : 'moments ago';
}

function refreshAges() {
  for (const time of document.querySelectorAll('time[data-age]')) {
    time.textContent = ageWords((Date.now() - Date.parse(time.dateTime)) / 1000);
  }
}

/** Fetches this page again and puts its list in place of the one shown. */
async function reloadList() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-live]');
  const shown = document.querySelector('[data-live]');
  if (fresh === null || shown === null || fresh.innerHTML === shown.innerHTML) return;
  shown.replaceWith(fresh);
}

function followIncidents(state) {
  let isDue = false;
  const events = new EventSource('/events');
  // The first event of a burst sets the time: a storm without a pause must not put it off for ever.
  const reloadSoon = () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      reloadList().catch(() => undefined);
    }, RELOAD_DELAY_MS);
  };
  let wasOpen = false;
  events.addEventListener('open', () => {
    state.hidden = false;
    // After a lost connection: what came meanwhile.
    if (wasOpen) reloadSoon();
    wasOpen = true;
  });
  events.addEventListener('error', () => {
    state.hidden = true;
  });
  events.addEventListener('incident', reloadSoon);
}

setInterval(refreshAges, AGE_EVERY_MS);
const liveState = document.querySelector('[data-live-state]');
if (liveState !== null) followIncidents(liveState);
