import { routePorts } from './route.ts';
import { tokenStatusPorts } from './token-status.ts';

/** The ports of `POST /oauth2/introspect`. */
export const introspectPorts = async () => ({ ...routePorts(), ...(await tokenStatusPorts()) });
