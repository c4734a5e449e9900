import { isLive } from './orders.js';
import { channelsOf, isClosedEarly, isHalted, isReservationOpen, phaseAt, scheduleOf } from './timetable.js';

/** Orders of a batch that ended, after which a user may make no more of them: the server's own bound. */
export const maxEndedOrders = 10;

/**
 * Where a visitor stands on the way reserve -> buy -> pay, and what they can do next. Pure: the page shows it.
 *
 * @param facts `{board, now, user, channel, isSessionKnown, isSessionEnded, reservation, orders, buying, addressless}`:
 *   `reservation` is one of unknown, none, held and barred, `now` is on the server's clock, `orders` are as the API
 *   lists them, `buying` is the state of an open attempt; after the end of a session they are as they were known;
 *   `addressless` is a paid order without delivery details, or null
 * @returns `{phase, action, isOpen, status, steps: {reserve, buy, pay}, canCancelReservation, mayBuy, hasOrders,
 *   awaiting, canSayDelivery, isHalted, isMissed}`: `action` is the one main button: none, sign-in, switch-account,
 *   reserve, buy, pay, deliver, or buying while an attempt is open; `isOpen` whether it can be pressed now; `status` the
 *   name of the sentence beside it; a step is one of next, current, done, missed; `mayBuy` how many more units this user
 *   may have; `awaiting` the order to pay, or null; `canSayDelivery` whether they may say where to deliver what they may
 *   buy; `isHalted` whether the seller has paused the sale; `isMissed` whether there is nothing in this batch for this
 *   visitor to wait for
 */
export function journey(facts) {
  const { board, now, orders } = facts;
  const phase = phaseAt(board, now);
  const awaiting = orders.find(order => order.status === 'awaiting-payment') ?? null;
  const owned = orders.filter(isLive);
  const hasEndedTooOften = orders.length - owned.length >= maxEndedOrders;
  const mayBuy = hasEndedTooOften ? 0 : board.perUserLimit - owned.reduce((sum, order) => sum + order.quantity, 0);
  const isReserving = isReservationOpen(board, now);
  const place = { ...facts, phase, awaiting, owned, mayBuy, isReserving, hasEndedTooOften };
  const offer = actionOf(place);
  return {
    phase,
    awaiting,
    mayBuy,
    hasOrders: orders.length > 0,
    isHalted: isHalted(board, phase),
    isMissed: owned.length === 0 && (phase === 'closed' || phase === 'sold-out' || missed.has(offer.status)),
    steps: stepsOf(place),
    canCancelReservation:
      facts.reservation === 'held' && isReserving && owned.length === 0 && facts.isSessionEnded !== true,
    canSayDelivery: facts.reservation === 'held' && owned.length === 0 && mayBuy > 0 && phase !== 'closed'
      && facts.isSessionEnded !== true,
    ...offer,
  };
}

/** There is no way left to buy from this batch. */
const missed = new Set(['not-reserved', 'ended-too-often', 'changed-too-often']);

const act = (action, isOpen, status) => ({ action, isOpen, status });

function actionOf(place) {
  const { board, phase, user, awaiting, owned, mayBuy, reservation, isReserving, hasEndedTooOften } = place;
  if (place.buying.kind !== 'idle')
    return act('buying', false, `buying.${place.buying.why ?? place.buying.kind}`);
  if (place.isSessionEnded === true && (owned.length > 0 || phase !== 'closed'))
    return act('sign-in', true, awaiting !== null && place.now < Date.parse(awaiting.payBy) ? 'ended-pay' : 'ended');
  if (awaiting !== null)
    return place.now < Date.parse(awaiting.payBy) ? act('pay', true, 'pay') : act('none', false, 'pay-over');
  if (owned.length > 0 && mayBuy <= 0 && !hasEndedTooOften)
    return place.addressless ? act('deliver', true, 'deliver') : act('none', false, 'bought');
  if (phase === 'closed')
    return closedOf(place);
  if (hasEndedTooOften)
    return act('none', false, 'ended-too-often');
  if (!place.isSessionKnown)
    return act('none', false, 'loading');
  if (user === null)
    return act('sign-in', true, isReserving ? 'sign-in-to-reserve' : `sign-in-${phase}`);
  if (!channelsOf(board).includes(place.channel))
    return act('switch-account', true, 'not-eligible');
  if (reservation === 'unknown')
    return act('none', false, 'loading');
  if (reservation === 'barred')
    return act('none', false, 'changed-too-often');
  return reservation === 'held' ? buyOf(place) : reserveOf(phase, isReserving);
}

function closedOf({ board, addressless }) {
  if (addressless)
    return act('deliver', true, 'deliver');
  return act('none', false, isClosedEarly(board) ? 'closed-early' : 'closed');
}

function buyOf({ board, phase, isReserving }) {
  switch (phase) {
    case 'on-sale':
      return act('buy', true, 'buy-now');
    case 'sold-out':
      return act('buy', false, board.held > 0 ? 'sold-out' : 'sold-out-paid');
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

function stepsOf({ board, now, phase, awaiting, owned, reservation, isReserving, hasEndedTooOften }) {
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
  else if (isSelling && isReserved && !hasEndedTooOften)
    buy = 'current';
  let pay = 'next';
  if (awaiting !== null)
    pay = 'current';
  else if (isPaid)
    pay = 'done';
  return { reserve, buy, pay };
}
