import { getBuiltinModule } from 'node:process';

/** Node.js's own zlib, loaded when it is first needed: an import of it would cost every cold start a millisecond. */
export const zlib = () => getBuiltinModule('node:zlib');
