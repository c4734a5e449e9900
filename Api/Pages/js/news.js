import { byId, setText } from './dom.js';
import { text, textIn } from './text.js';

/** Notices that a phase makes untrue. */
const outdatedBy = {
  'on-sale': [
    'sale-not-open', 'paused', 'sold-out', 'reserved', 'reservation-closed', 'reservation-cancelled', 'line-full',
    'no-line', 'offer-expired', 'offer-declined', 'place-left', 'place-removed',
  ],
  'sold-out': ['paused', 'reserved'],
  'closed': ['paused', 'sold-out', 'reserved', 'sale-not-open', 'line-full', 'no-line'],
};

/**
 * Reads changes out to a listener: the phase, a pause, and how a purchase goes. Removes the notices that they make
 * untrue.
 * `before` is null on the first look; `status` gives the text of the status line.
 */
export function tellChange(before, plan, { notice, isEnded, status }) {
  if (before === null)
    return;
  if (plan.action !== 'pay' && !isEnded)
    notice.clearIf('order', 'offer');
  if (plan.waiting === null)
    notice.clearIf('joined', 'place-kept');
  if (plan.action === 'join' && before.action !== 'join')
    notice.clearIf('line-full', 'no-line', 'limit-reached');
  if (before.phase !== plan.phase) {
    notice.clearIf(...outdatedBy[plan.phase] ?? []);
    setText(byId('news'), text(`news.${plan.phase}`));
  } else if (before.isHalted !== plan.isHalted) {
    setText(byId('news'), text(plan.isHalted ? 'news.paused' : 'news.resumed'));
  } else if (before.status !== plan.status && (plan.action === 'buying' || isEnded)) {
    setText(byId('news'), status());
  }
}

/** Reads a new announcement out to a listener. */
export function tellAnnouncement(announcement) {
  setText(byId('news'), text('announcement.news', { words: textIn(announcement.text).words }));
}
