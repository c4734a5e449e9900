import { titleOf } from './batch-text.js';
import { build, withBreaks } from './dom.js';
import { number, text } from './text.js';

/** So wide a title is shown whole on a narrow screen. A Chinese character is two wide, a letter one. */
const narrowWidth = 60;

const widthOf = words => [...words].reduce((sum, character) => sum + (character >= '\u1100' ? 2 : 1), 0);

/** A title as a narrow screen shows it: whole, or as many of its words as there is room for. */
export function narrowTitle(title) {
  if (widthOf(title) <= narrowWidth)
    return title;
  const kept = takeParts(title, 'word').replace(/[\s\p{P}]+$/u, '');
  return `${kept === '' ? takeParts(title, 'grapheme') : kept}…`;
}

/** Browsers that know no words (Firefox before 125) cut between characters. */
function takeParts(title, granularity) {
  const parts = 'Segmenter' in Intl
    ? [...new Intl.Segmenter('zh', { granularity }).segment(title)].map(({ segment }) => segment)
    : [...title];
  let kept = '';
  for (const part of parts) {
    if (widthOf(kept + part) >= narrowWidth)
      break;
    kept += part;
  }
  return kept;
}

/**
 * Says which place of an earlier batch comes in at the opening. On a narrow screen a very long title is cut for the eye
 * alone. The sentence may be longer than all others: the line keeps its height, so that nothing moves when it goes.
 */
export function showKeptPlace(status, { place, board }) {
  const { tag, words } = titleOf(board);
  const shown = narrowTitle(words);
  const [before, after] = text('status.kept', { place: number(place), earlier: '\n' }).split('\n');
  const title = (shownWords, more) =>
    build('span', { 'data-title': true, 'lang': tag, ...more }, ...withBreaks(shownWords));
  const titles = shown === words ? [title(words)]
    : [title(shown, { 'class': 'narrow', 'aria-hidden': 'true' }), title(words, { class: 'wide' })];
  const parts = [before, ...titles, after];
  const line = status.parentElement;
  if (status.textContent !== parts.map(part => part.textContent ?? part).join('')) {
    status.replaceChildren(...parts);
    line.style.minHeight = '';
  }
  line.style.minHeight = `${line.offsetHeight}px`;
}
