import { at } from './api.js';
import { byId, setText, show, whileBusy } from './dom.js';
import { Reminders } from './reminders.js';
import { language, text } from './text.js';
import { scheduleOf } from './timetable.js';

/**
 * What helps a visitor not to miss the opening: an entry in their calendar, and a reminder by this browser. Both are
 * offered only before it. Then their place stays empty, so that nothing moves at the opening.
 */
export class Ahead {
  #batch;
  #reminders;
  #opens = 0;

  /** @param onChange is told when the reminder was switched on or off */
  constructor(batch, clock, onChange) {
    this.#batch = batch;
    this.#reminders = new Reminders(clock, onChange);
    const remind = byId('remind');
    remind.addEventListener('click', () => whileBusy(remind, () => this.#press()));
  }

  /** @param {boolean} isReserved whether the visitor holds a reservation */
  update(board, plan, isReserved, now) {
    this.#opens = scheduleOf(board).saleOpens;
    this.#reminders.follow(this.#batch, this.#opens);
    const isAhead = now < this.#opens && plan.phase !== 'closed';
    const state = plan.isMissed ? 'unsupported' : this.#reminders.stateOf(this.#batch);
    const place = byId('ahead');
    place.toggleAttribute('data-keeps-place', isAhead || place.hasAttribute('data-keeps-place'));
    show(place, isAhead);
    // The place keeps the height of its last content.
    if (!isAhead)
      return;
    show(byId('calendar'), isReserved || plan.phase === 'announced');
    byId('calendar').href = at(`/api/batches/${encodeURIComponent(this.#batch)}/calendar.ics?lang=${language()}`);
    show(byId('remind'), state === 'off' || state === 'on');
    byId('remind').dataset.state = state;
    setText(byId('remind'), text(state === 'on' ? 'remind.stop' : 'remind.start'));
    const isExplained = state === 'on' || state === 'denied';
    show(byId('remind-note'), isExplained);
    setText(byId('remind-note'), isExplained ? text(`remind.${state}`) : '');
  }

  #press() {
    return this.#reminders.stateOf(this.#batch) === 'on'
      ? this.#reminders.stop(this.#batch) : this.#reminders.start(this.#batch, this.#opens);
  }
}
