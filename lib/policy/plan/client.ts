import type { Client } from '../../configuration/documents/clients.ts';
import type { JsonObject } from '../../json.ts';
import { changes, gains, loses, type Said } from './change.ts';
import { fieldsBut, fieldsOf } from './fields.ts';
import { compareLists } from './grant.ts';
import { compareWritten } from './written.ts';

/** What a client may do that it could not, and the other way round. null: there is, or was, none. */
export function compareClients(before: Client | null, after: Client | null): readonly Said[] {
  if (after === null) return before === null ? [] : [loses(`${mayBe(before)} no more`)];
  if (before === null) return [gains(mayBe(after)), ...compareAudiences(null, after)];
  return [
    ...compareAuthentication(before, after),
    ...compareLists(before.redirectUris, after.redirectUris, (uri) => `codes sent to ${uri}`),
    ...compareLists(before.introspects, after.introspects, (audience) => `introspection of tokens for ${audience}`),
    ...compareAudiences(before, after),
    ...compareWritten(rest(before), rest(after), 'client', ''),
  ];
}

/** A public one proves nothing: people sign in by way of it. */
const mayBe = ({ authentication }: Client): string =>
  authentication.method === 'public' ? 'people may sign in by this program' : 'the client may authenticate';

/** It may do with a token what the person could who sent it, as far as scopes name it as their actor. */
const compareAudiences = (before: Client | null, { audiences }: Client): readonly Said[] =>
  compareLists(
    before?.audiences ?? [],
    audiences ?? [],
    (audience) => `exchanges of broker tokens that it is sent for ${audience}, acting for whom they name`,
  );

function compareAuthentication({ authentication: old }: Client, { authentication: now }: Client): readonly Said[] {
  if (old.method === now.method) {
    return compareWritten({ authentication: fieldsOf(old) }, { authentication: fieldsOf(now) }, 'client', '');
  }
  return [changes(`the client authenticates by ${now.method} instead of ${old.method}`)];
}

const TOLD = new Set(['authentication', 'redirectUris', 'introspects', 'audiences']);
const rest = (client: Client): JsonObject => fieldsBut(fieldsOf(client), TOLD);
