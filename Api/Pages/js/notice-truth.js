import { isLive } from './orders.js';
import { returnOf } from './returns.js';
import { isReservationOpen } from './timetable.js';

/**
 * Whether what a notice says holds. Notices that are not named here say what stays true, or what the visitor has just
 * done and been told. A refusal that is not named holds as long as what was refused is still to be done, and can be.
 *
 * @param facts `{plan, board, now, reservation, orders, place}` as the journey has them, and its plan
 * @param about `{order, stage, deed, toDo, was}`: the id of the order that it is about; the stage that it tells of; the
 *   deed that was refused, and which one of `toDo` it is if that has another name; the order as it was then
 */
export function holds(name, facts, about) {
  const truth = truthOf(name, about) ?? toDoOf(about) ?? (() => true);
  return truth(withOrder(facts, about));
}

/** Whether a refusal that gives no reason comes when what was refused need not be done any more, or can't be. */
export function isMoot(name, facts, about) {
  return truthOf(name, about) === undefined && toDoOf(about)?.(withOrder(facts, about)) === false;
}

const truthOf = (name, { deed }) => truths[`${deed}.${name}`] ?? truths[name];
const toDoOf = about => toDo[about.toDo ?? about.deed];

const withOrder = (facts, { order, stage, was }) =>
  ({ ...facts, order: facts.orders.find(item => item.id === order), stage, was });

const ahead = new Set(['announced', 'reserving', 'waiting']);

export const isAhead = ({ plan }) => ahead.has(plan.phase);
const isOver = ({ plan }) => plan.phase === 'closed';
const isPayable = ({ order, now }) => order?.status === 'awaiting-payment' && now < Date.parse(order.payBy);
const isOnItsWay = ({ order }) => order !== undefined && isLive(order) && order.shippedAt === undefined;
const isWaiting = ({ plan }) => plan.waiting !== null;
const canReserve = ({ board, now }) => isReservationOpen(board, now);
const stageOf = ({ order, plan }) => order && returnOf(order, { isOver: plan.phase === 'closed' });

/** An order to pay, or a place, has a notice of its own. */
const gotNothing = ({ plan }) => plan.awaiting === null && plan.waiting === null;
const cannotJoin = facts => gotNothing(facts) && facts.plan.phase === 'sold-out' && facts.plan.action !== 'join';

/** The page shows what has changed, until it changes again. */
const isAsItWas = ({ order, was }) => order !== undefined && was !== undefined
  && order.status === was.status && order.shippedAt === was.shippedAt && order.return === was.return;

/** Whether there is still reason to do what was refused. */
const toDo = {
  'buy': facts => gotNothing(facts) && !isOver(facts),
  'reserve': facts => facts.reservation !== 'held' && canReserve(facts),
  'cancel-reservation': facts => facts.reservation !== 'none' && canReserve(facts),
  'pay': isPayable,
  'cancel': isOnItsWay,
  'return': facts => facts.order?.status === 'paid' && isOnItsWay(facts) && stageOf(facts) === null && !isOver(facts),
  'keep': facts => stageOf(facts) === 'offered' || stageOf(facts) === 'being-paid',
  'leave': ({ plan }) => plan.waiting !== null || plan.isKept,
  'delivery': isOnItsWay,
  'reserved-delivery': ({ plan }) => plan.canSayDelivery,
};

const truths = {
  'reserved': facts => facts.reservation === 'held' && isAhead(facts),
  'reserved-late': facts => facts.reservation === 'held' && facts.plan.phase === facts.stage && gotNothing(facts),
  'reservation-cancelled': facts => facts.reservation === 'none' && canReserve(facts),
  'order': isPayable,
  'order-revived': isPayable,
  'more-time': isPayable,
  'offer': isPayable,
  'paid': ({ order }) => order?.status === 'paid' && order.shippedAt === undefined && order.return === undefined,
  'order-cancelled': facts =>
    facts.order?.status === 'cancelled' && gotNothing(facts) && !isOver(facts),
  'order-refunding': ({ order }) => order?.status === 'refunding' || order?.status === 'refunded',
  'order-expired': facts => facts.order?.status === 'expired' && gotNothing(facts),
  'ask': toDo.buy,
  'stopped': toDo.buy,

  'joined': isWaiting,
  'place-kept': isWaiting,
  'place-left': gotNothing,
  'place-removed': gotNothing,
  'offer-expired': gotNothing,
  'offer-declined': gotNothing,
  'place-backlog': ({ place }) => place?.backlog !== undefined,

  'return-offered': facts => stageOf(facts) === facts.stage,
  'return-ending': facts => stageOf(facts) === 'ending',
  'return-cancelled': ({ order }) => order?.status === 'paid' && order.return === undefined,
  'returned': ({ order }) => order?.return === 'returned',

  'sale-not-open': isAhead,
  'sale-closed': isOver,
  'paused': ({ plan }) => plan.isHalted,
  'sold-out': facts => gotNothing(facts) && facts.plan.phase === 'sold-out',
  'too-few': facts => gotNothing(facts) && facts.plan.phase === 'on-sale',
  'line-full': cannotJoin,
  'no-line': cannotJoin,
  'limit-reached': ({ plan }) => !(plan.isOpen && ['reserve', 'buy', 'join'].includes(plan.action)),
  'not-reserved': ({ reservation }) => reservation !== 'held',
  'ticket-invalid': ({ reservation }) => reservation !== 'held',
  'reservation-closed': facts => !canReserve(facts),
  'buy.conflict': facts => facts.plan.mayBuy > 0 && !isOver(facts),
  'reserve.conflict': ({ plan }) => plan.steps.buy === 'done',
  'reserved-delivery.conflict': ({ plan }) => plan.steps.buy === 'done',
  'reserved-delivery.not-found': ({ reservation }) => reservation !== 'held',
  'order.conflict': isAsItWas,
  'return.conflict': isAsItWas,
  'keep.conflict': isAsItWas,
  'delivery.conflict': facts => !isOnItsWay(facts),
  'order-not-payable': facts => !isPayable(facts),
};
