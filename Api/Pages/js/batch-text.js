import { setText, setWords, show } from './dom.js';
import { textIn } from './text.js';

/** A batch's title in the page's language, else its product's name; and in which language it is, if that is known. */
export function titleOf(board) {
  return board.title === undefined ? { tag: null, words: board.product.name } : textIn(board.title);
}

/** Shows the title, and the product's name beside it if that is something else. */
export function showTitle(title, product, board) {
  const { tag, words } = titleOf(board);
  setWords(title, words);
  setLanguage(title, tag);
  show(product, words !== board.product.name);
  setText(product, board.product.name);
}

/** Shows a text that was given in one language or in both, or none. */
export function showText(element, given) {
  show(element, given !== undefined);
  if (given === undefined)
    return;
  const { tag, words } = textIn(given);
  setText(element, words);
  setLanguage(element, tag);
}

function setLanguage(element, tag) {
  if (tag === null)
    element.removeAttribute('lang');
  else
    element.lang = tag;
}
