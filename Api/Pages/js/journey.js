import { isLive } from './orders.js';
import { returnOf } from './returns.js';
import {
  channelsOf, isClosedEarly, isHalted, isReservationOpen, phaseAt, scheduleOf, takesEarlierPlaces,
} from './timetable.js';

/** Orders of a batch that ended, after which a user may make no more of them: the server's own bound. */
export const maxEndedOrders = 10;

/**
 * Where a visitor stands on the way reserve -> buy -> pay, and what they can do next. Pure: the page shows it.
 *
 * @param facts `{board, now, user, channel, isSessionKnown, isSessionEnded, reservation, orders, place, earlier,
 *   buying, addressless}`: `reservation` is one of unknown, none, held and barred, `now` is on the server's clock,
 *   `orders` are as the API lists them, `place` is the newest one in the line, null if there is none, undefined if not
 *   known; `earlier` is the place that they keep from an earlier batch, or null; `buying` is the state of an open
 *   attempt; after the end of a session they are as they were known; `addressless` is a paid order without delivery
 *   details, or null
 * @returns `{phase, action, isOpen, status, steps: {reserve, buy, pay}, canCancelReservation, mayBuy, hasOrders,
 *   awaiting, waiting, isOffered, isKept, canSayDelivery, isHalted, isMissed}`: `action` is the one main button: none,
 *   sign-in, switch-account, reserve, buy, join, wait, pay, deliver, or buying while an attempt is open; `isOpen`
 *   whether it can be pressed now; `status` the name of the sentence beside it; a step is one of next, current, done,
 *   missed; `mayBuy` how many more units this user may have; `awaiting` the order to pay, or null; `waiting` the place
 *   that waits, or null; `isOffered` whether the order to pay was offered to such a place; `isKept` whether their place
 *   waits for the next batch, and they may give it up; `canSayDelivery` whether they may say where to deliver what they
 *   may buy; `isHalted` whether the seller has paused the sale; `isMissed` whether this visitor may get nothing from
 *   this batch
 */
export function journey(facts) {
  const { board, now, orders } = facts;
  const phase = phaseAt(board, now);
  const awaiting = orders.find(order => order.status === 'awaiting-payment') ?? null;
  const owned = orders.filter(isLive);
  const hasEndedTooOften = orders.length - owned.length >= maxEndedOrders;
  const waiting = facts.place?.state === 'waiting' && phase !== 'closed' ? facts.place : null;
  const taken = owned.reduce((sum, order) => sum + order.quantity, waiting?.quantity ?? 0);
  const mayBuy = hasEndedTooOften ? 0 : board.perUserLimit - taken;
  const isReserving = isReservationOpen(board, now);
  const stand = { ...facts, phase, awaiting, waiting, owned, mayBuy, isReserving, hasEndedTooOften };
  const offer = withEarlier(actionOf(stand), stand);
  return {
    phase,
    awaiting,
    mayBuy,
    hasOrders: orders.length > 0,
    isHalted: isHalted(board, phase),
    waiting,
    isOffered: awaiting?.place !== undefined && now < Date.parse(awaiting.payBy),
    isKept: phase === 'closed' && facts.place?.backlog !== undefined && facts.isSessionEnded !== true,
    isMissed: owned.length === 0 && waiting === null
      && (phase === 'closed' || phase === 'sold-out' || missed.has(offer.status)),
    steps: stepsOf(stand),
    canCancelReservation:
      facts.reservation === 'held' && isReserving && owned.length === 0 && facts.isSessionEnded !== true,
    canSayDelivery: facts.reservation === 'held' && owned.length === 0 && phase !== 'closed'
      && (mayBuy > 0 || waiting !== null) && facts.isSessionEnded !== true,
    ...offer,
  };
}

/** What is said before the opening to a buyer whose place comes in at it. They need nothing else. */
const beforeOpening = new Set(['announced', 'reserve', 'reserved', 'reserved-wait', 'not-reserved']);

const withEarlier = (offer, { board, now, earlier }) =>
  earlier && takesEarlierPlaces(board, now) && beforeOpening.has(offer.status) ? { ...offer, status: 'kept' } : offer;

/** There is no way left to buy from this batch. */
const missed = new Set(['not-reserved', 'ended-too-often', 'changed-too-often']);

const act = (action, isOpen, status) => ({ action, isOpen, status });

function actionOf(stand) {
  const { board, phase, user, owned, mayBuy, reservation, isReserving, hasEndedTooOften } = stand;
  if (stand.buying.kind !== 'idle')
    return buyingOf(stand.buying);
  if (stand.isSessionEnded === true && (owned.length > 0 || phase !== 'closed'))
    return endedOf(stand);
  if (stand.awaiting !== null)
    return payOf(stand);
  if (stand.waiting !== null && !stand.addressless)
    return act('wait', false, phase === 'paused' ? 'line-paused' : 'line');
  if (owned.length > 0 && mayBuy <= 0 && !hasEndedTooOften)
    return stand.addressless ? act('deliver', true, 'deliver') : act('none', false, boughtOf(owned, phase));
  if (phase === 'closed')
    return closedOf(stand);
  if (hasEndedTooOften)
    return act('none', false, 'ended-too-often');
  if (!stand.isSessionKnown)
    return act('none', false, 'loading');
  if (user === null)
    return act('sign-in', true, signInOf(stand));
  if (!channelsOf(board).includes(stand.channel))
    return act('switch-account', true, 'not-eligible');
  if (reservation === 'unknown')
    return act('none', false, 'loading');
  if (reservation === 'barred')
    return act('none', false, 'changed-too-often');
  return reservation === 'held' ? buyOf(stand) : reserveOf(phase, isReserving);
}

function boughtOf(owned, phase) {
  if (owned.every(order => order.shippedAt !== undefined))
    return 'shipped';
  return owned.every(order => returnOf(order, { isOver: phase === 'closed' }) !== null) ? 'returning' : 'bought';
}

function buyingOf({ kind, why, standby }) {
  const name = why ?? kind;
  return act('buying', false, name === 'sending' && standby === true ? 'buying.joining' : `buying.${name}`);
}

const isPayable = ({ awaiting, now }) => awaiting !== null && now < Date.parse(awaiting.payBy);

function endedOf(stand) {
  if (isPayable(stand))
    return act('sign-in', true, 'ended-pay');
  return act('sign-in', true, stand.waiting === null ? 'ended' : 'ended-line');
}

function payOf(stand) {
  if (!isPayable(stand))
    return act('none', false, 'pay-over');
  return act('pay', true, stand.awaiting.place === undefined ? 'pay' : 'pay-offer');
}

function signInOf({ board, phase, isReserving }) {
  if (isReserving)
    return 'sign-in-to-reserve';
  return phase === 'sold-out' && board.standbyOpen ? 'sign-in-line' : `sign-in-${phase}`;
}

function closedOf({ board, place, addressless }) {
  if (addressless)
    return act('deliver', true, 'deliver');
  // The page's clock may be ahead of the news that the line has ended.
  if (place?.state === 'ended' || place?.state === 'waiting')
    return act('none', false, 'closed-line');
  return act('none', false, isClosedEarly(board) ? 'closed-early' : 'closed');
}

/** What is said to somebody who had a place before. */
const joinAfter = { passed: 'join-passed', removed: 'join-removed' };

function soldOutOf({ board, place }) {
  // An offer is an order, which comes with the next event.
  if (place === undefined || place?.state === 'offered')
    return act('none', false, 'loading');
  if (board.standbyOpen)
    return act('join', true, joinAfter[place?.state] ?? 'join');
  if (board.standby > 0)
    return act('buy', false, board.standby >= board.standbyLimit ? 'line-full' : 'line-suspended');
  return act('buy', false, board.held > 0 ? 'sold-out' : 'sold-out-paid');
}

function buyOf(stand) {
  const { board, phase, isReserving } = stand;
  switch (phase) {
    case 'on-sale':
      return act('buy', true, 'buy-now');
    case 'sold-out':
      return soldOutOf(stand);
    case 'paused':
      return act('buy', false, 'paused');
    default:
      if (isHalted(board, phase))
        return act('buy', false, 'reserved-paused');
      return act('buy', false, isReserving ? 'reserved' : 'reserved-wait');
  }
}

function reserveOf(phase, isReserving) {
  if (isReserving)
    return act('reserve', true, phase === 'on-sale' ? 'reserve-and-buy' : 'reserve');
  return phase === 'announced' ? act('reserve', false, 'announced') : act('none', false, 'not-reserved');
}

function stepsOf({ board, now, phase, awaiting, waiting, owned, reservation, isReserving, hasEndedTooOften }) {
  const schedule = scheduleOf(board);
  const hasUnit = owned.length > 0;
  const isPaid = owned.some(order => order.status === 'paid');
  const isReserved = hasUnit || reservation === 'held';
  const isSelling = phase === 'on-sale';
  let reserve = 'next';
  if (isReserved)
    reserve = 'done';
  else if (isReserving && reservation !== 'barred')
    reserve = 'current';
  else if (reservation === 'barred' || now >= schedule.reservationCloses || phase === 'closed')
    reserve = 'missed';
  let buy = 'next';
  if (hasUnit)
    buy = 'done';
  else if (phase === 'closed')
    buy = 'missed';
  else if (waiting !== null || isSelling && isReserved && !hasEndedTooOften)
    buy = 'current';
  let pay = 'next';
  if (awaiting !== null)
    pay = 'current';
  else if (isPaid)
    pay = 'done';
  else if (phase === 'closed')
    pay = 'missed';
  return { reserve, buy, pay };
}
