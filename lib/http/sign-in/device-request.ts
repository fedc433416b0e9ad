import { accept, allOf, type Outcome, refuse } from '../../outcome.ts';
import type { Configurations } from '../../ports/configuration.ts';
import { type BeginDevicePorts, type BegunDevice, beginDevice } from '../../sign-in/device/begin-device.ts';
import { type DeviceRequest, shownUserCode } from '../../sign-in/device/devices.ts';
import { readForm } from '../form.ts';
import { secretJson } from '../http-answer.ts';
import { refuseOtherNarrowing } from '../narrowing-parameters.ts';
import { readClientAuthentication } from '../oauth/endpoint-authentication.ts';
import { oauthError } from '../oauth/oauth-error.ts';
import { readScopesOrResource } from '../oauth/scope-parameter.ts';
import { readTargets } from '../oauth/target-parameters.ts';
import { invalidParameter, missingParameter } from '../parameters.ts';
import type { Route, RouteRequest } from '../route.ts';

export interface DeviceAuthorizationPorts extends BeginDevicePorts {
  readonly issuer: string;
  readonly configurations: Configurations;
}

const BUDGET_MS = 10_000;
const TARGETS = ['resource', 'audience'] as const;
const FORM = { maxBytes: 8 * 1024, repeatable: [...TARGETS] };
/** No control character and none that turns the direction of what is shown beside it. */
const NAME = /^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]{1,64}$/u;

/** `POST /oauth2/device_authorization` (RFC 8628 section 3.1), for public clients. */
export const deviceAuthorizationRoute = (ports: DeviceAuthorizationPorts): Route => ({
  name: 'device-authorization',
  paths: ['/oauth2/device_authorization'],
  methods: ['POST'],
  budgetMs: BUDGET_MS,
  refuse: oauthError('invalid_request'),
  handle: async (request, { signal }) => {
    const asked = readDeviceRequest(request);
    if (!asked.ok) return asked;
    const begun = await beginDevice(ports, asked.value, await ports.configurations.current(signal), signal);
    return begun.ok ? accept({ answer: secretJson(200, request.id, bodyOf(begun.value, ports.issuer)) }) : begun;
  },
});

/** RFC 8628 section 3.2. */
function bodyOf({ deviceCode, userCode, expiresIn, interval }: BegunDevice, issuer: string) {
  const shown = shownUserCode(userCode);
  return {
    device_code: deviceCode,
    user_code: shown,
    verification_uri: `${issuer}/device`,
    verification_uri_complete: `${issuer}/device?user_code=${shown}`,
    expires_in: expiresIn,
    interval,
  };
}

/** `connection` (left out: the person chooses) and `device_name` are this broker's own. */
function readDeviceRequest(request: RouteRequest): Outcome<DeviceRequest> {
  const form = readForm(request, FORM);
  if (!form.ok) return form;
  const usable = allOf(
    readClientAuthentication(request, form.value),
    readScopesOrResource(form.value),
    readTargets(form.value),
    refuseOtherNarrowing(form.value, ['scope', ...TARGETS]),
  );
  if (!usable.ok) return usable;
  const [client, scopes, targets] = usable.value;
  if (client === null) return missingParameter('client_id');
  if (client.method !== 'none') return refuse('client_not_permitted');
  const connection = form.value.one('connection');
  const name = form.value.one('device_name');
  if (name !== null && !NAME.test(name)) return invalidParameter('device_name is up to 64 printable characters.');
  return accept({ client: client.client, connection, scopes, targets, name, sourceIp: request.sourceIp });
}
