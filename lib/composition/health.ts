import { readSettings, type Settings } from '../host/settings.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of `GET /healthz`: the build alone, so that it is up where only a dependency is down. */
export function healthPorts(): LiveRoutePorts & Pick<Settings, 'version' | 'build'> {
  const { version, build } = readSettings();
  return { ...routePorts(), version, build };
}
