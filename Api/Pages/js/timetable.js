/**
 * What a batch's schedule says at an instant of the server's clock. The board has the phase too, but a board is a
 * moment old. At the opening the page follows the clock and does not wait for the next board.
 */

const instant = text => Date.parse(text);

/** The schedule in milliseconds since 1970. */
export function scheduleOf(board) {
  const { reservationOpens, reservationCloses, saleOpens, saleCloses } = board.schedule;
  return {
    reservationOpens: instant(reservationOpens),
    reservationCloses: instant(reservationCloses),
    saleOpens: instant(saleOpens),
    saleCloses: instant(saleCloses),
  };
}

function scheduledPhase(schedule, now) {
  if (now < schedule.reservationOpens)
    return 'announced';
  if (now >= schedule.saleCloses)
    return 'closed';
  if (now >= schedule.saleOpens)
    return 'on-sale';
  return now < schedule.reservationCloses ? 'reserving' : 'waiting';
}

/**
 * The phase at `now`. Decisions of an operator and of the stock come from the board, and the rest from the clock. While
 * buyers wait in the line, units that come free are theirs, so it is sold out for everybody else. But of a batch that
 * takes the backlog a part is for everybody: then the board's phase is on-sale while they wait.
 */
export function phaseAt(board, now) {
  if (board.phase === 'closed' || board.phase === 'paused' || now === null)
    return board.phase;
  const phase = scheduledPhase(scheduleOf(board), now);
  if (phase !== 'on-sale')
    return phase;
  // A pause before the opening shows as a phase only from the opening on.
  if (board.paused === true)
    return 'paused';
  const isShared = board.backlogUnits > 0 && board.phase === 'on-sale';
  return board.free <= 0 || board.standby > 0 && !isShared ? 'sold-out' : 'on-sale';
}

/** Whether somebody may have a place in the line: not before units were missing, or places were carried in. */
export const hasLine = (board, now) => (board.standbyLimit > 0 || board.backlogUnits > 0)
  && (board.standby > 0 || ['sold-out', 'paused', 'closed'].includes(phaseAt(board, now)));

/** Whether places of earlier batches are still to be carried into this one, at its opening. */
export const takesEarlierPlaces = (board, now) =>
  board.backlogUnits > 0 && board.phase !== 'closed' && now < scheduleOf(board).saleOpens;

/** Whether a reservation can be made or cancelled at `now`. */
export function isReservationOpen(board, now) {
  const schedule = scheduleOf(board);
  return board.phase !== 'closed' && now >= schedule.reservationOpens && now < schedule.reservationCloses;
}

/**
 * The instant a visitor waits for in this phase.
 * @returns {{what: 'reservationOpens'|'saleOpens'|'saleCloses', at: number} | null} null when nothing is to come
 */
export function nextInstant(board, now) {
  const schedule = scheduleOf(board);
  if (board.phase === 'closed' || now >= schedule.saleCloses)
    return null;
  for (const what of ['reservationOpens', 'saleOpens', 'saleCloses']) {
    if (now < schedule[what])
      return { what, at: schedule[what] };
  }
  return null;
}

/** When the sale ends, or ended: when an operator closed it, if that was before its time, else as planned. */
export function endOf(board) {
  const planned = scheduleOf(board).saleCloses;
  const closedAt = instant(board.closedAt ?? '');
  return closedAt < planned ? closedAt : planned;
}

/** Whether an operator closed the sale before its time. */
export const isClosedEarly = board => endOf(board) < scheduleOf(board).saleCloses;

/** Whether the sale is paused in this phase: then it does not open, or sells nothing, until it is resumed. */
export const isHalted = (board, phase) => board.paused === true && phase !== 'closed';

/** The next instant at which anything that is shown of a batch changes by time alone, or null. */
export function nextChange(board, now) {
  const instants = Object.values(scheduleOf(board)).filter(at => at > now);
  return instants.length > 0 ? Math.min(...instants) : null;
}

/** The same for a buyer, whose order to pay, if there is one, has a deadline. Null too while no board is known. */
export function nextChangeFor(board, awaiting, now) {
  const next = board === null ? null : nextChange(board, now);
  const payBy = instant(awaiting?.payBy ?? '');
  return payBy > now ? Math.min(payBy, next ?? payBy) : next;
}

/** The channels a batch is sold on, as a list. */
export function channelsOf(board) {
  if (Array.isArray(board.channels))
    return board.channels;
  return Array.isArray(board.channel) ? board.channel : [board.channel];
}
