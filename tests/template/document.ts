import { readFileSync } from 'node:fs';
import { parseTemplate } from '../../local/gateway/intrinsics.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface TemplateDocument {
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Globals: { readonly Function: Readonly<Record<string, unknown>> };
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** A CloudFormation document with its short tags written out (`!Ref X` as `{Ref: X}`), nothing resolved. */
export const readDocument = (path: string): TemplateDocument =>
  parseTemplate(readFileSync(path, 'utf8')) as unknown as TemplateDocument;

export const template: TemplateDocument = readDocument('template.yaml');

export function resourcesOf(type: string, document: TemplateDocument = template): [string, Resource][] {
  return Object.entries(document.Resources).filter(([, resource]) => resource.Type === type);
}

/** `dist/functions/sign-in/` is the function `sign-in`. */
export const functionName = (resource: Resource): string =>
  String(resource.Properties['CodeUri']).replace(/^dist\/functions\/([a-z-]+)\/$/, '$1');
