import { escapeXml } from '../../lib/xml.ts';

/** Elements by name, lists as their members; null ones are left out. */
export interface Tree {
  readonly [name: string]: string | Tree | readonly Tree[] | null;
}

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

const isList = (value: string | Tree | readonly Tree[]): value is readonly Tree[] => Array.isArray(value);

const elements = (tree: Tree): string =>
  Object.entries(tree)
    .map(([name, value]) => {
      if (value === null) return '';
      // Lists of the query protocol: one `member` for each.
      if (isList(value))
        return `<${name}>${value.map((each) => `<member>${elements(each)}</member>`).join('')}</${name}>`;
      return `<${name}>${typeof value === 'string' ? escapeXml(value) : elements(value)}</${name}>`;
    })
    .join('');

/** `<XResponse><XResult>…</XResult><ResponseMetadata>…`, as the query protocol has it. */
export const resultXml = (action: string, result: Tree, requestId: string): string =>
  `<${action}Response xmlns="${NAMESPACE}">${elements({
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  })}</${action}Response>`;

export const errorXml = (code: string, status: number, message: string, requestId: string): string =>
  `<ErrorResponse xmlns="${NAMESPACE}">${elements({
    Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
    RequestId: requestId,
  })}</ErrorResponse>`;
