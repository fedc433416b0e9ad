import { introspectPorts } from '../lib/composition/introspect.ts';
import { secretJson } from '../lib/http/http-answer.ts';
import { readIntrospectOrRevoke } from '../lib/http/oauth/introspect-or-revoke-request.ts';
import { introspectionResponse } from '../lib/http/oauth/introspection-response.ts';
import { oauthError } from '../lib/http/oauth/oauth-error.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { introspect, type TokenStatusPorts } from '../lib/introspect.ts';
import { accept } from '../lib/outcome.ts';

const BUDGET_MS = 5_000;

/** `POST /oauth2/introspect` (RFC 7662), for broker tokens. */
export const introspectHandler = (ports: RoutePorts & TokenStatusPorts) =>
  routeHandler(
    [
      {
        name: 'introspect',
        paths: ['/oauth2/introspect'],
        methods: ['POST'],
        budgetMs: BUDGET_MS,
        refuse: oauthError('invalid_request'),
        handle: async (request, { signal }) => {
          const form = readIntrospectOrRevoke(request);
          if (!form.ok) return form;
          const token = await introspect(
            ports,
            { ...form.value, requestId: request.id, sourceIp: request.sourceIp },
            signal,
          );
          if (!token.ok) return token;
          return accept({ answer: secretJson(200, request.id, introspectionResponse(token.value, ports.issuer)) });
        },
      },
    ],
    ports,
  );

export const handler = introspectHandler(await introspectPorts());
