import { routePorts } from './route.ts';
import { tokenStatusPorts } from './token-status.ts';

/** The ports of `POST /oauth2/revoke`. */
export const revokePorts = async () => ({ ...routePorts(), ...(await tokenStatusPorts()) });
