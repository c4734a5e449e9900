// The cashier's page. The server renders each state; this changes between them, counts down and asks.
const page = JSON.parse(document.getElementById('page').textContent);
const $ = id => document.getElementById(id);
const body = document.body;
const returnAfterSeconds = 5;
const answerWithinMs = 15_000;
const warnAtSeconds = 60;

// Only the server's clock counts: its now, plus what has passed here since.
const loadedAt = performance.now();
const now = () => page.now + performance.now() - loadedAt;
const payable = () => ['open', 'declined'].includes(body.dataset.state);

function announce(text) {
  $('announce').textContent = text;
}

function show(state) {
  body.dataset.state = state;
  body.classList.add('changed');
  const place = document.querySelector(`.rest > [data-for="${state}"]`);
  place?.focus();
  announce(place?.querySelector('h2')?.textContent ?? '');
}

function fault(text) {
  $('fault').textContent = text;
  $('fault').hidden = text === '';
}

function clockText(seconds) {
  const pad = n => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${pad(m)}:${pad(s)}`;
}

let warned = false;
function tick() {
  if (!payable()) return;
  const leftMs = page.expiresAt - now();
  if (leftMs <= 0) {
    // A payment that is under way is answered; only then does the offer end.
    if (!asking) {
      fault('');
      show('expired');
    } else setTimeout(tick, 250);
    return;
  }
  const seconds = Math.ceil(leftMs / 1000);
  $('left').textContent = clockText(seconds);
  $('track').style.transform = `scaleX(${Math.min(1, leftMs / page.windowMs)})`;
  if (seconds <= warnAtSeconds && !warned) {
    warned = true;
    announce(page.text.lastMinute);
  }
  setTimeout(tick, leftMs % 1000 || 1000);
}

let asking = false;
async function decide(outcome) {
  if (asking) return;
  asking = true;
  fault('');
  const buttons = [$('pay'), $('decline')];
  buttons.forEach(button => { button.disabled = true; });
  const label = $('pay').textContent;
  if (outcome === 'paid') $('pay').textContent = page.text.paying;
  try {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ outcome }),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    if (response.status === 403) {
      // Another user has logged in meanwhile, in another tab: the page says so.
      location.reload();
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    if (answer.refund) show('refunded');
    else if (answer.status === 'paid') {
      show('paid');
      leave();
    } else if (answer.status === 'declined') show('declined');
  } catch {
    // Whether it was paid is unknown, and asking again is safe: a checkout is paid once.
    fault(page.text.noAnswer);
  } finally {
    asking = false;
    $('pay').textContent = label;
    buttons.forEach(button => { button.disabled = false; });
  }
}

function leave() {
  if (!page.returnUrl) return;
  let left = returnAfterSeconds;
  const step = () => {
    $('leaving').textContent = `(${left})`;
    if (left-- > 0) setTimeout(step, 1000);
    else location.assign(page.returnUrl);
  };
  step();
}

$('pay').addEventListener('click', () => decide('paid'));
$('decline').addEventListener('click', () => decide('declined'));
// A click before this did nothing: the page has them disabled.
$('pay').disabled = $('decline').disabled = false;
if (page.expiresAt && document.body.dataset.state !== 'stranger') {
  const format = { dateStyle: 'medium', timeStyle: 'short' };
  $('by').textContent = new Intl.DateTimeFormat(document.documentElement.lang, format).format(page.expiresAt);
  tick();
}
// Back from the shop by the browser's button: what was shown may be long past.
addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
