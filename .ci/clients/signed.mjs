// Behind `token-broker sign`, on moto: the AWS SDK for JavaScript reads, and is refused to write. With `wait` it stays
// until its input ends.
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';

const [what] = process.argv.slice(2);
const tables = async () => (await new DynamoDBClient({}).send(new ListTablesCommand({}))).TableNames ?? [];
if (what !== 'reading') {
  if (!(await tables()).includes('signed')) throw new Error('the table is not listed');
} else {
  const error = await tables().then(
    () => null,
    (cause) => cause,
  );
  if (error?.name !== 'AccessDeniedException' && error?.name !== 'AccessDenied')
    throw new Error(`not refused: ${error}`);
}
console.log('ok');
if (what === 'wait') process.stdin.resume();
