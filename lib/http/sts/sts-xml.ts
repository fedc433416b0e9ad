import { escapeXml } from '../../xml.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** What XML 1.0 has no character for (section 2.2). */
const NO_CHARACTER = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Element name -> text, or nested elements; null leaves the element out. */
export interface XmlElements {
  readonly [element: string]: string | null | XmlElements;
}

const renderElements = (elements: XmlElements): string =>
  Object.entries(elements)
    .map(([name, value]) => (value === null ? '' : `<${name}>${renderContent(value)}</${name}>`))
    .join('');

const renderContent = (value: string | XmlElements): string =>
  typeof value === 'string' ? escapeXml(value.replace(NO_CHARACTER, '?')) : renderElements(value);

/** A document of the STS query protocol. */
export const stsDocument = (root: `${string}Response`, elements: XmlElements): string =>
  `<${root} xmlns="${NAMESPACE}">${renderElements(elements)}</${root}>`;
