/** Prints the access key id that the default chain of the AWS SDK for JavaScript finds. */
import { STSClient } from '@aws-sdk/client-sts';

const { accessKeyId } = await new STSClient({}).config.credentials();
console.log(accessKeyId);
