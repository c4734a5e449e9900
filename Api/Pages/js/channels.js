/** The channels, as `GET /api/channels` lists them. The page brings them, so nobody asks for them. */
export const channels = () => JSON.parse(document.getElementById('channels').textContent).items;

/** @returns {boolean|null} whether the provider of a channel's users verifies who pays; null: they have none */
export const verifiesPayer = channel => channels().find(({ id }) => id === channel)?.payment?.verifiesPayer ?? null;
