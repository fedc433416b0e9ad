import { type Outcome, refuse } from '../../outcome.ts';

/** Contract section 2: a document over 100 KB is refused. Counted in bytes of XML, after base64. */
const MAX_DOCUMENT_BYTES = 100 * 1024;

const MAX_ENCODED = Math.ceil(MAX_DOCUMENT_BYTES / 3) * 4;
const BASE64 = /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/;

/** The XML text of a message as it came, and its bytes, not yet believed. */
interface DecodedMessage {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/**
 * Decodes a SAML message: base64 with or without line breaks (SAML bindings section 3.5.4) or base64url (RFC 7522
 * section 2.1), one alphabet in one message, padded or not; then UTF-8 without a byte order mark. Refuses with
 * saml_too_large, saml_encoding or saml_not_xml.
 */
export function decodeMessage(document: string): Outcome<DecodedMessage> {
  // Line breaks of RFC 2045 are 2 in 78 characters.
  if (document.length > MAX_ENCODED * 1.05) return refuse('saml_too_large', { log: { characters: document.length } });
  const packed = document.replace(/[\r\n]/g, '');
  if (packed === '' || !BASE64.test(packed)) return refuse('saml_encoding', { log: { found: insteadOf(packed) } });
  const unpadded = packed.replaceAll('=', '');
  const padding = packed.length - unpadded.length;
  if (unpadded.length % 4 === 1 || (padding > 0 && packed.length % 4 !== 0)) {
    return refuse('saml_encoding', { log: { found: 'cut off, or padded wrongly' } });
  }
  const bytes = Buffer.from(unpadded, 'base64url');
  if (bytes.length > MAX_DOCUMENT_BYTES) return refuse('saml_too_large', { log: { bytes: bytes.length } });
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text.startsWith('\ufeff')) return refuse('saml_not_xml', { log: { found: 'a byte order mark' } });
    return { ok: true, value: { text, bytes } };
  } catch {
    return refuse('saml_not_xml', { log: { found: 'not UTF-8' } });
  }
}

/** What is not base64, as it mostly comes about; for the log. */
function insteadOf(packed: string): string {
  if (packed === '') return 'nothing';
  if (/^\s*</.test(packed)) return 'XML as it is';
  if (packed.includes('%')) return 'percent-encoding that is left';
  return packed.includes(' ') ? 'a blank: a + that was not sent as %2B' : 'a character of no alphabet, or of both';
}
