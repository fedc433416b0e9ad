import { accept, refuse } from '../outcome.ts';
import type { PageFile, PageFiles } from '../ports/page-files.ts';
import { credentialsError } from './credentials/credentials-error.ts';
import { commonHeaders, type HttpAnswer } from './http-answer.ts';
import type { Route, RouteRequest } from './route.ts';
import { refusalPage } from './sign-in/pages/refusal-page.ts';

export interface ConsolePorts {
  readonly page: PageFiles;
}

/**
 * Nothing but the broker's own files and API, nothing inline, no sink that makes markup or code of a text (Trusted
 * Types), framed by nobody. The page's forms are read by its script and sent nowhere.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const YEAR_SECONDS = 31_536_000;
const METHODS = ['GET', 'HEAD'] as const;
const BUDGET_MS = 3_000;

/**
 * `GET /console` and below: one document for every view, whose script reads the view from the address, and the files
 * that it names. Nothing here knows anything of anybody: what is shown comes of the API, for the bearer of a token.
 */
export const consoleRoutes = ({ page }: ConsolePorts): readonly [Route, Route] => [
  {
    name: 'console',
    paths: ['/console', '/console/issuances/{id}', '/console/scopes', '/console/scopes/{scope}', '/console/explain'],
    methods: METHODS,
    budgetMs: BUDGET_MS,
    refuse: refusalPage,
    handle: async (request) => accept({ answer: documentAnswer(page.document(), request) }),
  },
  {
    name: 'console-asset',
    paths: ['/console/assets/{file}'],
    methods: METHODS,
    budgetMs: BUDGET_MS,
    refuse: credentialsError,
    handle: async (request) => {
      const file = page.asset(request.pathParameters['file'] ?? '');
      if (file === null) return refuse('route_unknown');
      const headers = { 'cache-control': `public, max-age=${YEAR_SECONDS}, immutable` };
      return accept({ answer: fileAnswer(file, request, headers) });
    },
  },
];

const documentAnswer = (file: PageFile, request: RouteRequest): HttpAnswer =>
  fileAnswer(file, request, {
    'cache-control': 'no-store',
    'content-security-policy': POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  });

/** Compressed where the client takes it: the API in front compresses nothing. */
function fileAnswer(
  { type, plain, gzip }: PageFile,
  request: RouteRequest,
  headers: Readonly<Record<string, string>>,
): HttpAnswer {
  const compressed = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(request.headers['accept-encoding'] ?? '');
  return {
    statusCode: 200,
    headers: {
      ...commonHeaders(request.id),
      'content-type': type,
      'cross-origin-resource-policy': 'same-origin',
      vary: 'accept-encoding',
      ...(compressed ? { 'content-encoding': 'gzip' } : {}),
      ...headers,
    },
    body: Buffer.from(compressed ? gzip : plain).toString('base64'),
    isBase64Encoded: true,
  };
}
