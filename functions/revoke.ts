import { revokePorts } from '../lib/composition/revoke.ts';
import { empty } from '../lib/http/http-answer.ts';
import { readIntrospectOrRevoke } from '../lib/http/oauth/introspect-or-revoke-request.ts';
import { oauthError } from '../lib/http/oauth/oauth-error.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { revoke, type TokenStatusPorts } from '../lib/introspect.ts';
import { accept } from '../lib/outcome.ts';

const BUDGET_MS = 5_000;

/** `POST /oauth2/revoke` (RFC 7009), for broker tokens: 200 also for a token that is none. */
export const revokeHandler = (ports: RoutePorts & TokenStatusPorts) =>
  routeHandler(
    [
      {
        name: 'revoke',
        paths: ['/oauth2/revoke'],
        methods: ['POST'],
        budgetMs: BUDGET_MS,
        refuse: oauthError('invalid_request'),
        handle: async (request, { signal }) => {
          const form = readIntrospectOrRevoke(request);
          if (!form.ok) return form;
          const revoked = await revoke(
            ports,
            { ...form.value, requestId: request.id, sourceIp: request.sourceIp },
            signal,
          );
          return revoked.ok ? accept({ answer: empty(200, request.id) }) : revoked;
        },
      },
    ],
    ports,
  );

export const handler = revokeHandler(await revokePorts());
