import { pageFiles } from '../host/page-files.ts';
import type { PageFiles } from '../ports/page-files.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of `GET /console`: the page's files, which lie beside the function's bundle. It asks nothing of AWS. */
export const consolePorts = (): LiveRoutePorts & { readonly page: PageFiles } => ({
  ...routePorts(),
  page: pageFiles(new URL('./page/', import.meta.url)),
});
