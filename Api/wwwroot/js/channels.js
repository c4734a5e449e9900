import { call } from './api.js';

let asked = null;

/**
 * The channels, as `GET /api/channels` lists them. The page asks once, and whoever needs them shares the answer.
 * @returns {Promise<object[]|null>} null: no answer came, and the next call asks again
 */
export function askChannels() {
  asked ??= ask();
  return asked;
}

async function ask() {
  const answer = await call('GET', '/api/channels');
  if (answer.kind === 'answered' && Array.isArray(answer.body?.items))
    return answer.body.items;
  asked = null;
  return null;
}
