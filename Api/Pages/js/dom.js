/** Small ways to change the page only where it differs, so that focus stays and nothing is announced twice. */

export const byId = id => document.getElementById(id);

export function setText(element, value) {
  if (element.textContent !== value)
    element.textContent = value;
}

/**
 * Sets a heading whose lines end between words, also in a script that has no spaces. The style sheet forbids all other
 * breaks in it.
 */
export function setWords(element, value) {
  if (element.dataset.words === value)
    return;
  element.dataset.words = value;
  element.replaceChildren(...withBreaks(value));
}

/** What an element shows whose lines end between words: the words, and where a line may end. */
export const withBreaks = value => wordsOf(value).flatMap((word, i) => i === 0 ? [word] : [build('wbr'), word]);

/**
 * The parts between which a line may end. A browser takes words that it does not know for single characters, so an end
 * is only before a longer word. Browsers that know no words at all (Firefox before 125) get one part.
 */
export function wordsOf(text) {
  if (!('Segmenter' in Intl))
    return [text];
  const parts = [''];
  for (const { segment } of new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)) {
    if (hanWord.test(segment) && hanEnd.test(parts.at(-1)))
      parts.push(segment);
    else
      parts[parts.length - 1] += segment;
  }
  return parts;
}

const hanWord = /^\p{Script=Han}{2,}$/u;
const hanEnd = /\p{Script=Han}$/u;

/** Shows or hides; focus that would be lost goes to the nearest landmark that can take it. */
export function show(element, isShown) {
  if (element.hidden === !isShown)
    return;
  const hadFocus = !isShown && element.contains(document.activeElement);
  element.hidden = !isShown;
  if (hadFocus)
    element.closest('[data-focus-home]')?.focus({ preventScroll: true });
}

/** A button that can't act yet keeps the focus, so keyboard users do not lose their place. */
export function enable(button, isEnabled) {
  button.setAttribute('aria-disabled', String(!isEnabled));
}

export const isEnabled = button => button.getAttribute('aria-disabled') !== 'true';

/** Builds an element. Strings become text, never markup. */
export function build(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false)
      element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(child => child !== null));
  return element;
}

/** The copy of a `<template>`'s first element. */
export const copyOf = id => byId(id).content.firstElementChild.cloneNode(true);

/** Runs an action at most once at a time. The button shows that it runs. */
export async function whileBusy(button, action) {
  if (button.getAttribute('aria-busy') === 'true')
    return;
  button.setAttribute('aria-busy', 'true');
  try {
    await action();
  } finally {
    button.removeAttribute('aria-busy');
  }
}

/** The product's picture, or the neutral one that the page names, where there is none or it does not load. */
export function showPicture(image, product) {
  const { neutral } = image.dataset;
  const address = product.imageUrl ?? neutral;
  if (image.dataset.shown === address)
    return;
  image.dataset.shown = address;
  const fail = () => {
    if (image.getAttribute('src') !== neutral)
      image.src = neutral;
  };
  image.onerror = fail;
  // The page may have come with it, and it may have failed before this script ran.
  if (image.getAttribute('src') === address)
    image.decode().catch(fail);
  else
    image.src = address;
}
