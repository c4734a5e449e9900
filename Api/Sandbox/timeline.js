// The timeline is whole without this. It writes instants as the reader's clock has them, and drops lost pictures.
const language = document.documentElement.lang;
const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });

for (const time of document.querySelectorAll('time'))
  time.textContent = format.format(new Date(time.dateTime));

for (const picture of document.querySelectorAll('img')) {
  const drop = () => picture.remove();
  if (picture.complete && picture.naturalWidth === 0 && picture.src !== '')
    drop();
  else
    picture.addEventListener('error', drop);
}

// Back by the browser's button: others may have replied meanwhile, and the form's next click is a new one.
addEventListener('pageshow', event => {
  if (event.persisted)
    location.reload();
});
