/** How often an unknown fact is requested at most. The pauses grow. */
const maxTries = 20;
const maxPauseMs = 10_000;

const pauseMs = tries => Math.min(maxPauseMs, 500 * 2 ** tries);
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

/** Asks, with growing pauses, until it is done or was tried often enough. */
export async function askUntil(isDone, ask) {
  for (let tries = 0; tries < maxTries && !isDone(); tries += 1) {
    await ask();
    if (!isDone())
      await sleep(pauseMs(tries));
  }
}
