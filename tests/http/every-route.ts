import { jest } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpAnswer } from '../../lib/http/http-answer.ts';
import { aContext, anEvent, type EventParts } from '../fakes/http.ts';
import { CONTRACT_PATHS } from '../template/contract-paths.ts';

/** What the functions are told: enough to be loaded; nothing is asked of anybody before a request is read. */
const ENVIRONMENT = {
  ISSUER: 'https://broker.example.com',
  TABLE_PREFIX: 'every-route',
  EXTERNAL_ID: 'every-route',
  ARCHIVE_BUCKET: 'every-route',
  SIGNING_KEYS_SECRET: 'signing',
  SAML_KEYS_SECRET: 'saml',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
};

type Handler = (event: APIGatewayProxyEventV2, context: typeof aContext) => Promise<HttpAnswer>;

/** One path of the contract, answered by the very function that is deployed. */
export interface ServedPath {
  readonly path: string;
  /** As `Allow` says them. */
  readonly methods: readonly string[];
  answer(parts: EventParts): Promise<HttpAnswer>;
}

/** Every path of the contract that is served; its parameters are called `x`. */
export async function servedPaths(): Promise<readonly ServedPath[]> {
  Object.assign(process.env, ENVIRONMENT);
  const served: ServedPath[] = [];
  for (const [name, paths] of Object.entries(CONTRACT_PATHS)) {
    const { handler } = (await import(`../../functions/${name}.ts`)) as { handler: Handler };
    for (const pattern of paths) {
      const path = pattern.replace(/\{\w+\}/g, 'x');
      const answer = (parts: EventParts) => handler(anEvent({ path, ...parts }), aContext);
      const { headers } = await answer({ method: 'PATCH' });
      served.push({ path, methods: String(headers?.['allow'] ?? '').split(', '), answer });
    }
  }
  return served;
}

/** Takes what the functions log, so that it can be looked at and does not flood the terminal. */
export function takeLog(): readonly string[] {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  return lines;
}
