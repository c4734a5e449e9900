// Judges webhooks by the reference library of Standard Webhooks. Its argument is a file with a list of
// {secret, headers, body}; it fails if one of them does not verify.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const taken = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { secret, headers, body } of taken) new Webhook(secret).verify(body, headers);
console.log(`${taken.length} verified`);
