import { getBuiltinModule } from 'node:process';

let loaded: ReturnType<typeof load> | null = null;
const load = () => getBuiltinModule('node:zlib');

/** Node.js's own zlib, loaded when it is first needed: an import of it would cost every cold start a millisecond. */
export function zlib(): ReturnType<typeof load> {
  loaded ??= load();
  return loaded;
}
