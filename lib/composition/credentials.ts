import type { IssuePorts } from '../issue.ts';
import { issuePorts } from './issue.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of `/v1/credentials/{scope}`. */
export const credentialsPorts = (): LiveRoutePorts & IssuePorts => ({ ...routePorts(), ...issuePorts() });
