import { byId, setText } from './dom.js';
import { text, textIn } from './text.js';

/**
 * Reads changes out to a listener: the phase, a pause, and how a purchase goes.
 * `before` is null on the first look; `status` gives the text of the status line.
 */
export function tellChange(before, plan, { isEnded, status }) {
  if (before === null)
    return;
  if (before.phase !== plan.phase) {
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
