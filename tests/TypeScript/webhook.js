// Judges webhooks by the reference library of Standard Webhooks. Its arguments are a file with a list of
// {secret, headers, body}, and the sender's clock in milliseconds; it fails if one of them does not verify.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

Date.now = () => Number(process.argv[3]);
const taken = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { secret, headers, body } of taken) new Webhook(secret).verify(body, headers);
console.log(`${taken.length} verified`);
