/**
 * Watches the credentials that the default chain of the AWS SDK for JavaScript finds: a line for each access key id,
 * and for what went wrong.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { STSClient } from '@aws-sdk/client-sts';

const client = new STSClient({});
for (let last = ''; ; await pause(3000)) {
  const said = await client.config.credentials().then(
    ({ accessKeyId }) => `key ${accessKeyId}`,
    (error) => `error ${error.message}`,
  );
  if (said !== last) console.log(said);
  last = said;
}
