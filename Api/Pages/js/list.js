import { at, call } from './api.js';
import { showText, showTitle } from './batch-text.js';
import { ServerClock } from './clock.js';
import { everySecond, line } from './countdown.js';
import { byId, copyOf, setText, show, showPicture } from './dom.js';
import { Header } from './header.js';
import { phaseText } from './phase-text.js';
import { Reminders } from './reminders.js';
import { Session } from './session.js';
import { channelList, loadTexts, money, moment, number, onLanguage, text } from './text.js';
import { channelsOf, endOf, isHalted, nextChange, nextInstant, phaseAt } from './timetable.js';

const refreshEveryMs = 5_000;
const backoffMaxMs = 30_000;
/** The server's largest page. */
const pageSize = 100;
/** After this many answers, one request asks for the whole list instead of a 304, because its time sets the clock. */
const timeEvery = 12;

await loadTexts();
const clock = new ServerClock();
const session = new Session(() => header.render());
const header = new Header(session);
const cards = new Map();
const leads = new Map();
let boards = [];
let pages = 1;
let etags = [];
let nexts = [];
let asked = 0;

/** Requests every shown page of the list. An unchanged page is answered with a 304. */
async function refresh() {
  if (asked % timeEvery < 2)
    etags = [];
  asked += 1;
  let after = '';
  for (let page = 0; page < pages; page += 1) {
    const answer = await call('GET', `/api/batches?limit=${pageSize}${after}`,
      etags[page] ? { headers: { 'if-none-match': etags[page] } } : {});
    if (answer.kind !== 'answered')
      return false;
    if (answer.status === 200)
      take(page, answer);
    if (nexts[page] === undefined)
      break;
    after = `&after=${encodeURIComponent(nexts[page])}`;
  }
  return true;
}

function take(page, answer) {
  const { items, next } = answer.body;
  nexts[page] = next;
  etags[page] = answer.headers.get('etag');
  boards = [...boards.slice(0, page * pageSize), ...items, ...boards.slice((page + 1) * pageSize)];
  // A batch whose ledger is ahead of the server's clock has a time of its own, later than that of the others.
  const times = items.map(board => Date.parse(board.serverTime));
  const serverTime = Math.min(...times);
  items.forEach((board, i) => leads.set(board.id, times[i] - serverTime));
  if (items.length > 0 && Number(answer.headers.get('age') ?? 0) === 0)
    clock.addRoundTrip(serverTime, answer.sentAt, answer.receivedAt);
}

/** The time of a batch now, or null before it is known. */
const timeOf = board => clock.isSet ? clock.now() + (leads.get(board.id) ?? 0) : null;

function render() {
  show(byId('empty'), boards.length === 0);
  show(byId('more'), nexts[pages - 1] !== undefined);
  const list = byId('batches');
  boards.forEach((board, i) => {
    const card = cardOf(board);
    fill(card, board, timeOf(board));
    if (list.children[i] !== card)
      list.insertBefore(card, list.children[i] ?? null);
  });
  // A new batch can push another one to a page that is not shown, where nothing would keep its card current.
  while (list.children.length > boards.length)
    list.lastElementChild.remove();
}

function cardOf(board) {
  if (!cards.has(board.id)) {
    const card = copyOf('batch-card');
    card.dataset.batch = board.id;
    card.querySelector('a').href = at(`/sale/${encodeURIComponent(board.id)}`);
    cards.set(board.id, card);
  }
  return cards.get(board.id);
}

function fill(card, board, now) {
  const part = name => card.querySelector(`[data-part="${name}"]`);
  const phase = phaseAt(board, now);
  showPicture(part('picture'), board.product);
  card.dataset.phase = phase;
  setText(part('phase'), phaseText(board, phase));
  showTitle(part('name'), part('product'), board);
  showText(part('description'), board.description);
  setText(part('price'), money(board.product.price));
  setText(part('channels'), text('sale.for', { channels: channelList(channelsOf(board)) }));
  const isSelling = phase === 'on-sale' || phase === 'sold-out';
  setText(part('stock'), isSelling
    ? text('list.left', { free: number(board.free), stock: number(board.stock) })
    : text('sale.units', { count: board.stock }));
  const next = nextInstant(board, now);
  const isPlan = next?.what === 'saleOpens' && isHalted(board, phase);
  setText(part('until'), text(next === null ? 'until.over' : isPlan ? 'until.saleOpens.paused' : `until.${next.what}`));
  setText(part('left'), next === null ? moment(endOf(board))
    : next.at - now > 3 * 86_400_000 ? moment(next.at) : line(next.at - now));
}

async function keepCurrent(failures = 0) {
  const heard = document.hidden || await refresh();
  show(byId('failed'), !heard && failures > 0);
  show(byId('loading'), !heard && failures === 0);
  if (clock.isSet || heard)
    render();
  const delay = heard ? (asked < 2 ? 500 : refreshEveryMs) : Math.min(backoffMaxMs, 1_000 * 2 ** failures);
  setTimeout(() => keepCurrent(heard ? 0 : failures + 1), delay * (0.75 + Math.random() * 0.5));
}

function renderAll() {
  document.title = text('list.title');
  header.render();
  if (clock.isSet)
    render();
}

byId('more').addEventListener('click', async () => {
  pages += 1;
  await refresh();
  render();
});
document.addEventListener('visibilitychange', async () => {
  if (!document.hidden && await refresh())
    render();
});
onLanguage(renderAll);
renderAll();
new Reminders(clock);
session.refresh();
keepCurrent();
everySecond(clock, () => {
  const instants = boards.map(board => [nextChange(board, timeOf(board)), leads.get(board.id) ?? 0])
    .filter(([at]) => at !== null).map(([at, lead]) => at - lead);
  return instants.length > 0 ? Math.min(...instants) : null;
}, () => clock.isSet && render());
