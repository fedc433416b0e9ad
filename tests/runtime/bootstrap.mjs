/**
 * A runtime as AWS describes one (Lambda developer guide, "Building a custom runtime" and "Using the Lambda runtime
 * API"): imports the handler that `_HANDLER` names in LAMBDA_TASK_ROOT, then asks for one invocation after the other.
 * It adds nothing that AWS's own runtime for Node.js would do for the function.
 */
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { env, exit } from 'node:process';

const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true });

const call = (method, path, body) =>
  new Promise((resolve, reject) => {
    const options = { host, port, method, agent, path: `/2018-06-01/runtime/${path}` };
    const asked = request(options, async (answer) => {
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      resolve({ headers: answer.headers, text: Buffer.concat(chunks).toString('utf8') });
    });
    asked.on('error', reject).end(body);
  });

const described = ({ name, message, stack }) =>
  JSON.stringify({ errorType: name, errorMessage: message, stackTrace: String(stack).split('\n') });

const [module, name] = env._HANDLER.split('.');
let handler;
try {
  handler = (await import(join(env.LAMBDA_TASK_ROOT, `${module}.mjs`)))[name];
} catch (error) {
  await call('POST', 'init/error', described(error));
  exit(1);
}
for (;;) {
  const { headers, text } = await call('GET', 'invocation/next');
  const awsRequestId = headers['lambda-runtime-aws-request-id'];
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const context = {
    awsRequestId,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const result = await handler(JSON.parse(text), context);
    await call('POST', `invocation/${awsRequestId}/response`, JSON.stringify(result) ?? 'null');
  } catch (error) {
    await call('POST', `invocation/${awsRequestId}/error`, described(error));
  }
}
