import { at, call } from './api.js';
import { titleOf } from './batch-text.js';
import { moment, text, zonedMoment } from './text.js';
import { isReservationOpen, phaseAt, scheduleOf } from './timetable.js';

/** The server's largest page. */
const pageSize = 100;
/** So many pages of the list are looked through at most. */
const mostPages = 5;
/** All who watch a sale end ask for the list. Their requests are spread over this time. */
const spreadMs = 5_000;
/** The list is read again after this time. */
const againMs = 60_000;

/**
 * The batch of the same product that a visitor who missed this one can go to: the one that opens next, or one that is
 * on sale now. Null: none is announced.
 */
export function nextOf(board, boards, now) {
  const isNext = other => other.product.id === board.product.id && other.id !== board.id && isAhead(other, now);
  return boards.filter(isNext).sort((a, b) => scheduleOf(a).saleOpens - scheduleOf(b).saleOpens)[0] ?? null;
}

/** Only users who reserved can buy, so a batch whose reservations are over is not worth the way. */
const isAhead = (board, now) =>
  phaseAt(board, now) !== 'closed' && now < scheduleOf(board).reservationCloses;

/** Knows the next batch of the product, for a visitor who missed this one. */
export class NextBatch {
  #onKnown;
  #isAsked = false;
  /** The batches of the list; null: not read yet. */
  #boards = null;

  constructor(onKnown) {
    this.#onKnown = onKnown;
  }

  /**
   * The way on for a visitor who missed this batch: `{title, words, href, label, isFound}`. It is null for everybody
   * else, and until the list is read.
   */
  look(isMissed, board, now) {
    if (isMissed && !this.#isAsked)
      this.#ask(Math.random() * spreadMs);
    if (!isMissed || this.#boards === null)
      return null;
    const next = nextOf(board, this.#boards, now);
    if (next === null) {
      const title = text('next.none');
      return { title, words: text('next.none.body'), href: at('/'), label: text('brand.home'), isFound: false };
    }
    const schedule = scheduleOf(next);
    const isOpen = isReservationOpen(next, now);
    const isUntilSale = isOpen && schedule.reservationCloses === schedule.saleOpens;
    const words = text(isUntilSale ? 'next.reserve-now' : isOpen ? 'next.reserving' : 'next.announced', {
      title: titleOf(next).words,
      at: zonedMoment(schedule.saleOpens),
      reserve: moment(isOpen ? schedule.reservationCloses : schedule.reservationOpens),
    });
    const href = at(`/sale/${encodeURIComponent(next.id)}`);
    return { title: text('next.title'), words, href, label: text('next.open'), isFound: true };
  }

  #ask(delayMs) {
    this.#isAsked = true;
    setTimeout(async () => {
      const boards = document.hidden ? null : await readBoards();
      if (boards !== null) {
        this.#boards = boards;
        this.#onKnown();
      }
      this.#ask(againMs * (0.75 + Math.random() * 0.5));
    }, delayMs);
  }
}

/** Null: the list can't be read now. */
async function readBoards() {
  const boards = [];
  let after = '';
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await call('GET', `/api/batches?limit=${pageSize}${after}`);
    if (answer.kind !== 'answered' || answer.status !== 200)
      return null;
    boards.push(...answer.body.items);
    if (answer.body.next === undefined)
      break;
    after = `&after=${encodeURIComponent(answer.body.next)}`;
  }
  return boards;
}
