import { returnOf } from './returns.js';
import { isReservationOpen } from './timetable.js';

/**
 * Whether what a notice says holds. Notices that are not named here say what stays true, or what the visitor has just
 * done and been told.
 *
 * @param facts `{plan, board, now, reservation, orders, place}` as the journey has them, and its plan
 * @param about `{order, stage, deed}`: the id of the order that it is about and how far its return was; the deed that
 *   was refused
 */
export function holds(name, facts, about) {
  const order = facts.orders.find(item => item.id === about.order);
  const truth = truths[`${about.deed}.${name}`] ?? truths[name] ?? (about.deed === 'buy' ? gotNothing : () => true);
  return truth({ ...facts, order, stage: about.stage });
}

const ahead = new Set(['announced', 'reserving', 'waiting']);

const isAhead = ({ plan }) => ahead.has(plan.phase);
const isPayable = ({ order, now }) => order?.status === 'awaiting-payment' && now < Date.parse(order.payBy);
const isWaiting = ({ plan }) => plan.waiting !== null;
const canReserve = ({ board, now }) => isReservationOpen(board, now);
const stageOf = ({ order, plan }) => order && returnOf(order, { isOver: plan.phase === 'closed' });

/** An order to pay, or a place, has a notice of its own. */
const gotNothing = ({ plan }) => plan.awaiting === null && plan.waiting === null;
const cannotJoin = facts => gotNothing(facts) && facts.plan.phase === 'sold-out' && facts.plan.action !== 'join';

const truths = {
  'reserved': facts => facts.reservation === 'held' && isAhead(facts),
  'reservation-cancelled': facts => facts.reservation === 'none' && canReserve(facts),
  'order': isPayable,
  'order-revived': isPayable,
  'more-time': isPayable,
  'offer': isPayable,
  'paid': ({ order }) => order?.status === 'paid' && order.shippedAt === undefined && order.return === undefined,
  'order-cancelled': facts =>
    facts.order?.status === 'cancelled' && gotNothing(facts) && facts.plan.phase !== 'closed',
  'order-refunding': ({ order }) => order?.status === 'refunding' || order?.status === 'refunded',
  'order-expired': facts => facts.order?.status === 'expired' && gotNothing(facts),
  'ask': facts => gotNothing(facts) && facts.plan.phase !== 'closed',
  'stopped': facts => gotNothing(facts) && facts.plan.phase !== 'closed',

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
  'paused': ({ plan }) => plan.isHalted,
  'sold-out': facts => gotNothing(facts) && facts.plan.phase === 'sold-out',
  'too-few': facts => gotNothing(facts) && facts.plan.phase === 'on-sale',
  'line-full': cannotJoin,
  'no-line': cannotJoin,
  'limit-reached': ({ plan }) => !(plan.isOpen && ['reserve', 'buy', 'join'].includes(plan.action)),
  'not-reserved': ({ reservation }) => reservation !== 'held',
  'ticket-invalid': ({ reservation }) => reservation !== 'held',
  'reservation-closed': facts => !canReserve(facts),
  'reserve.conflict': ({ plan }) => plan.steps.buy === 'done',
  'order-not-payable': facts => !isPayable(facts),
};
