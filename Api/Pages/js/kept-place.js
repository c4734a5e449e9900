import { at } from './api.js';
import { text, zonedMoment } from './text.js';

/**
 * The way on for a buyer whose place has outlived the sale, because it waits in the backlog or was carried to a later
 * batch: `{title, words, href, label, isFound}`. Null: they have no such place.
 */
export function wayOnOf(place, phase) {
  if (phase !== 'closed' || !place)
    return null;
  const title = text('next.title');
  const saleOf = batch => at(`/sale/${encodeURIComponent(batch)}`);
  if (place.carriedTo !== undefined) {
    const href = saleOf(place.carriedTo.batch);
    return { title, words: text('kept.carried'), href, label: text('kept.open'), isFound: true };
  }
  if (place.backlog === undefined)
    return null;
  const { batch, saleOpens } = place.backlog;
  if (batch === undefined || saleOpens === undefined)
    return { title, words: text('kept.waits'), href: at('/'), label: text('brand.home'), isFound: false };
  const words = text('kept.next', { at: zonedMoment(Date.parse(saleOpens)) });
  return { title, words, href: saleOf(batch), label: text('next.open'), isFound: true };
}
