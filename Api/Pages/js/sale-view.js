import { showText, showTitle, titleOf } from './batch-text.js';
import { line, showDigits } from './countdown.js';
import { byId, enable, setText, show, showPicture } from './dom.js';
import { maxEndedOrders } from './journey.js';
import { showKeptPlace } from './kept-title.js';
import { phaseText } from './phase-text.js';
import { channelList, hasText, momentText, money, number, shortMoment, text, zone, zonedMoment } from './text.js';
import { channelsOf, endOf, isClosedEarly, isHalted, nextInstant, scheduleOf } from './timetable.js';

/** If a purchase takes longer than this, the page says that it is in line. */
const longMs = 2_500;
/** Stop replaces Buy, but only after a delay, so that the second half of a double click does not hit it. */
const stopAfterMs = 1_000;

export const channelsText = board => channelList(channelsOf(board));

/** What the board says, in the page's words. */
export function showBoard(board, { phase, isOffered }) {
  showPicture(byId('picture'), board.product);
  byId('picture').alt = board.product.name;
  byId('sale').dataset.phase = phase;
  const words = isOffered ? text('offer.tab') : phaseText(board, phase);
  document.title = isOffered ? `${words} · ${titleOf(board).words}` : `${titleOf(board).words} · ${words}`;
  setText(byId('phase'), phaseText(board, phase));
  showTitle(byId('product'), byId('product-name'), board);
  showText(byId('description'), board.description);
  setText(byId('price'), money(board.product.price));
  setText(byId('fact-units'), text('sale.units', { count: board.stock }));
  setText(byId('fact-limit'), text('sale.limit', { count: board.perUserLimit }));
  setText(byId('fact-channels'), text('sale.for', { channels: channelsText(board) }));
  showStock(board);
}

function showStock(board) {
  const share = count => `${board.stock > 0 ? 100 * count / board.stock : 0}%`;
  setText(byId('stock-left'), text('stock.left', { count: board.free }));
  setText(byId('stock-reserved'), text('stock.reserved', { count: board.reserved }));
  for (const part of ['free', 'held', 'sold', 'withdrawn'])
    setText(byId(`stock-${part}`), number(board[part]));
  show(byId('stock-withdrawn-item'), board.withdrawn > 0);
  show(byId('stock-standby-item'), board.standbyLimit > 0);
  setText(byId('stock-standby'), text('stock.people', { count: board.standby ?? 0 }));
  byId('bar-sold').style.width = share(board.sold);
  byId('bar-held').style.width = share(board.held);
  byId('bar').setAttribute('aria-label', text('stock.bar', {
    free: number(board.free), stock: number(board.stock), held: number(board.held), sold: number(board.sold),
  }));
}

/**
 * The place above the main button. It says what the visitor waits for: the big countdown to pay, if there is something
 * to pay, else to what comes next; how many wait before them in the line; or that the seller has paused the sale, and
 * why; or that it is over. It is as high in each case, so that nothing below it moves.
 */
export function showCountdown(board, plan, now) {
  const payBy = plan.awaiting === null ? 0 : Date.parse(plan.awaiting.payBy);
  const next = payBy > now ? { what: 'payBy', at: payBy } : nextInstant(board, now);
  const isOver = next === null || plan.phase === 'closed' && next.what !== 'payBy';
  const isPaused = !isOver && next.what !== 'payBy' && isHalted(board, plan.phase);
  keepRoom(isOver && plan.action === 'none');
  // After the end of a session nothing tells of the line.
  const isInLine = !isOver && !isPaused && next.what !== 'payBy' && plan.waiting !== null && plan.action !== 'sign-in';
  byId('countdown').dataset.until = isOver ? 'over' : isPaused ? 'paused' : isInLine ? 'line' : next.what;
  show(byId('digits'), !isOver && !isPaused && !isInLine);
  show(byId('line-ahead'), isInLine);
  if (isOver) {
    setText(byId('until'), text(isClosedEarly(board) ? 'until.closed-early' : 'until.over'));
    showReason(isClosedEarly(board) ? board.closeReason : undefined);
    setText(byId('until-at'), zonedMoment(endOf(board)));
  } else if (isPaused) {
    setText(byId('until'), momentText('until.paused', board.pausedAt, at => shortMoment(at, now)));
    showReason(board.pauseReason);
    setText(byId('until-at'), text(`until.${next.what}.planned`, { at: shortMoment(next.at, now) }));
  } else if (isInLine) {
    setText(byId('until'), text(plan.waiting.ahead > 0 ? 'until.line' : 'until.line.next'));
    showReason(undefined);
    setText(byId('line-ahead'), number(plan.waiting.ahead));
    setText(byId('until-at'), estimateText(plan.waiting.estimate));
  } else {
    setText(byId('until'), text(`until.${next.what}`));
    showReason(undefined);
    setText(byId('until-at'), zonedMoment(next.at));
    showDigits(byId('digits'), next.at - now);
  }
}

/** What is known about the wait, and no more. */
export function estimateText({ outlook, seconds }) {
  if (outlook !== 'possible' || seconds === undefined)
    return text(outlook === 'unlikely' ? 'line.unlikely' : 'line.unknown');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1)
    return text('line.possible.soon');
  const isLong = minutes > 90;
  return text(isLong ? 'line.possible.hours' : 'line.possible.minutes', {
    count: isLong ? Math.round(minutes / 60) : minutes,
  });
}

/** A page that is opened after the end needs no room for what was before. A page that has seen the end keeps it. */
function keepRoom(isEnded) {
  const { dataset } = byId('sale');
  if (dataset.room !== 'kept')
    dataset.room = isEnded ? 'free' : 'kept';
}

/** The seller's words. They may be long: then they scroll, and can be reached with the keyboard. */
function showReason(words) {
  const reason = byId('reason');
  show(reason, words !== undefined);
  setText(reason, words ?? '');
  if (reason.scrollHeight > reason.clientHeight)
    reason.tabIndex = 0;
  else
    reason.removeAttribute('tabindex');
}

function durationText(seconds) {
  if (seconds % 3_600 === 0)
    return text('duration.hours', { count: seconds / 3_600 });
  if (seconds % 60 === 0)
    return text('duration.minutes', { count: seconds / 60 });
  return text('duration.seconds', { count: seconds });
}

/** The way reserve -> buy -> pay, and where on it the visitor is. */
export function showSteps(board, plan, now) {
  const schedule = scheduleOf(board);
  const end = endOf(board);
  const payBy = plan.awaiting === null ? now : Date.parse(plan.awaiting.payBy);
  const paySeconds = plan.waiting === null ? board.paymentWindowSeconds : board.offerWindowSeconds;
  const instants = {
    reserve: {
      next: schedule.reservationOpens,
      current: schedule.reservationCloses,
      missed: Math.min(schedule.reservationCloses, end),
    },
    buy: { next: schedule.saleOpens, missed: end },
    pay: { current: payBy },
  };
  for (const [step, state] of Object.entries(plan.steps)) {
    const item = byId(`step-${step}`);
    item.dataset.state = state;
    if (state === 'current')
      item.setAttribute('aria-current', 'step');
    else
      item.removeAttribute('aria-current');
    const at = instants[step][state];
    const isHeldUp = step === 'buy' && state === 'next' && (now >= schedule.saleOpens || isHalted(board, plan.phase));
    const why = isHalted(board, plan.phase) ? 'paused' : plan.phase;
    const isInLine = step === 'buy' && state === 'current' && plan.waiting !== null;
    const detail = isInLine ? 'step.buy.line' : isHeldUp ? `phase.${why}` : `step.${step}.${state}`;
    setText(item.querySelector('.detail'), text(detail, {
      at: at === undefined ? '' : shortMoment(at, now), duration: durationText(paySeconds),
    }));
    setText(item.querySelector('.state'), text(`step.state.${state}`));
  }
}

/**
 * The one thing to do next, and the sentence beside it.
 * @param facts `{user, buying, next, earlier}`: `next` is the way on for a visitor who missed the batch, or null;
 *   `earlier` the place that they keep from an earlier batch, or null
 */
export function showAction(board, plan, now, facts) {
  const { buying, next } = facts;
  const { action, isOpen, status } = plan;
  const isBuying = action === 'buying';
  const canStop = isBuying && now - (buying.since ?? now) >= stopAfterMs;
  // While it is sent, the button that was pressed keeps its place.
  const shown = isBuying && !canStop ? (buying.standby === true ? 'join' : 'buy') : buttonOf[action] ?? action;
  for (const name of ['sign-in', 'switch-account', 'reserve', 'buy', 'join', 'pay-now', 'deliver'])
    show(byId(name), name === shown);
  byId('action').dataset.action = action;
  enable(byId('buy'), action === 'buy' && isOpen);
  enable(byId('join'), action === 'join');
  enable(byId('reserve'), action === 'reserve' && isOpen);
  setText(byId('buy'), isBuying ? text('action.buy') : buyLabel(board, plan, now));
  if (action === 'pay')
    setText(byId('pay-now'), text('action.pay', { amount: money(plan.awaiting.amount) }));
  show(byId('stop'), canStop);
  show(byId('spinner'), isBuying);
  if (isBuying) {
    setText(byId('stop'), text(buying.stopping ? 'action.stopping' : 'action.stop'));
    enable(byId('stop'), !buying.stopping);
  }
  show(byId('cancel-reservation'), plan.canCancelReservation && !isBuying);
  showQuantity(board, plan);
  showWayOn(plan, next);
  if (status === 'kept')
    showKeptPlace(byId('status'), facts.earlier);
  else
    setText(byId('status'), statusText(board, plan, now, facts));
  byId('status').dataset.status = status;
}

/** The button of an action, where it has another name. A waiting buyer sees the former button, disabled. */
const buttonOf = { pay: 'pay-now', wait: 'buy' };

/** What a buyer who waits in the line can do besides. Its room is kept, so that nothing moves. */
export function showLineLinks(plan, canAskToNotify) {
  const isWaiting = plan.waiting !== null && plan.action !== 'sign-in' && plan.action !== 'buying';
  show(byId('leave-line'), isWaiting || plan.isKept);
  setText(byId('leave-line'), text(plan.isKept ? 'action.leave-backlog' : 'action.leave-line'));
  show(byId('notify-offer'), isWaiting && canAskToNotify);
}

/** Where there is nothing to press, a link leads on: to the next batch, or to the visitor's orders. */
function showWayOn(plan, next) {
  const goOn = byId('go-on');
  const isMain = plan.action === 'none' && next !== null;
  const isOrders = plan.action === 'none' && plan.hasOrders && !plan.isMissed;
  if (isMain || isOrders) {
    setText(goOn, isMain ? next.label : text('action.orders'));
    goOn.setAttribute('href', isMain ? next.href : '#orders-title');
    goOn.classList.toggle('primary', isMain && next.isFound);
    goOn.classList.toggle('quiet', !isMain || !next.isFound);
  }
  show(goOn, isMain || isOrders);
  // After the end, the main button and its sentence say it all.
  show(byId('next'), next !== null && plan.phase !== 'closed');
  if (next === null)
    return;
  setText(byId('next-title'), next.title);
  setText(byId('next-body'), next.words);
  setText(byId('next-open'), next.label);
  byId('next-open').href = next.href;
  show(byId('next-open'), !isMain);
}

/** Who can pay the order. A platform's own payment lets only the buyer pay; a card can be anybody's. */
export function showPayer(user, isVerified) {
  show(byId('payer'), isVerified !== null);
  if (isVerified !== null)
    setText(byId('payer'), text(isVerified ? 'payer.verified' : 'payer.anyone', { user: user ?? '' }));
}

function buyLabel(board, { phase, isOpen, action }, now) {
  if (action === 'wait')
    return text('action.wait');
  if (isOpen)
    return text('action.buy');
  const why = isHalted(board, phase) ? 'paused' : phase;
  return hasText(`action.buy.${why}`)
    ? text(`action.buy.${why}`)
    : text('action.buy.opens', { at: shortMoment(scheduleOf(board).saleOpens, now) });
}

function showQuantity(board, plan) {
  const isJoin = plan.action === 'join';
  const most = isJoin ? plan.mayBuy : Math.min(plan.mayBuy, Math.max(1, board.free));
  show(byId('quantity-picker'), (isJoin || plan.action === 'buy') && plan.mayBuy > 1);
  const input = byId('quantity');
  input.max = String(Math.max(1, most));
  if (Number(input.value) > most)
    input.value = input.max;
  enable(byId('fewer'), Number(input.value) > 1);
  enable(byId('more'), Number(input.value) < most);
}

/** Sentences that count the people in the line. The others count unpaid units. */
const ofLine = new Set(['line-full', 'line-suspended', 'join', 'join-passed', 'join-removed']);

/** What is said beside the main button: once a missed sale is over, where to go from here. */
export function statusText(board, plan, now, { user, buying, next }) {
  if (plan.phase === 'closed' && plan.action === 'none' && next !== null)
    return next.words;
  const until = buying.until ?? now;
  const isLong = plan.status === 'buying.sending' && now - (buying.since ?? now) > longMs;
  const payBy = plan.awaiting === null ? now : Date.parse(plan.awaiting.payBy);
  return text(`status.${isLong ? 'buying.long' : plan.status}`, {
    channels: channelsText(board),
    user: user ?? '',
    free: number(board.free),
    count: ofLine.has(plan.status) ? board.standby : board.held,
    limit: number(maxEndedOrders),
    at: shortMoment(scheduleOf(board).reservationOpens, now),
    left: line(payBy - now),
    seconds: String(Math.max(0, Math.ceil((until - now) / 1_000))),
  });
}

/** Shows in words and by a dot whether the figures are current, and in which zone the times are. */
export function showLive(state) {
  byId('live').dataset.state = state;
  setText(byId('live-text'), text(`live.${state}`));
  setText(byId('zone'), text('footer.zone', zone()));
}
