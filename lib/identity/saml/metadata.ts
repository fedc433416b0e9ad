import { type Outcome, refuse } from '../../outcome.ts';
import type { EpochSeconds, Seconds } from '../../time.ts';
import { attribute, is } from './element.ts';
import { METADATA, SAMLP } from './names.ts';
import { type SigningKey, signingCertificates } from './signing-certificates.ts';
import { METADATA_RULES, readXml } from './xml.ts';
import { parseInstant, parseXmlDuration } from './xml-time.ts';
import type { XmlElement } from './xml-tree.ts';

/** What the broker takes from an IdP's metadata document. */
export interface IdpMetadata {
  readonly entityId: string;
  /** All certificates for signing: during a rollover several. At least one. */
  readonly keys: readonly SigningKey[];
  /** Where sign-in requests go: binding and location, in document order. */
  readonly singleSignOn: readonly { readonly binding: string; readonly location: string }[];
  readonly wantsSignedRequests: boolean;
  /** The document says nothing after this. */
  readonly validUntil: EpochSeconds | null;
  readonly cacheDuration: Seconds | null;
}

/** What is wrong at a line of a document (1 is the first), for people: what was found, and what to do. */
export interface MetadataProblem {
  readonly line: number;
  readonly message: string;
}

/** When a part of a document ends, and where that is written. */
export interface MetadataEnd {
  readonly part: 'document' | 'certificate';
  readonly at: EpochSeconds;
  readonly line: number;
}

export type MetadataReading =
  | {
      readonly ok: true;
      readonly value: IdpMetadata;
      /** The earliest first. */
      readonly ends: readonly MetadataEnd[];
      /** Certificates that are left out, because of their key. */
      readonly leftOut: readonly MetadataProblem[];
    }
  | { readonly ok: false; readonly problems: readonly MetadataProblem[] };

/** A federation metadata document of ADFS has some 100 KB. */
export const MAX_METADATA_BYTES = 1024 * 1024;
const MAX_ENTITY_ID = 1024;

/**
 * Reads the metadata document of one IdP (SAML metadata sections 2.3.2 and 2.4.3): an EntityDescriptor with an
 * IDPSSODescriptor for SAML 2.0. Certificates are those of its KeyDescriptors for signing, or for no named use, and of
 * no other role; RSA keys of less than 2048 bits are left out. A document of several entities is a problem: a
 * connection trusts one IdP. Its own signature is not looked at: it is trusted because an operator stored it, or by the
 * https that it came over. Validation and sign-in read with this function: what one refuses, the other does.
 */
export function readMetadata(text: string): MetadataReading {
  if (text.length > MAX_METADATA_BYTES) return { ok: false, problems: [{ line: 1, message: 'is over 1 MB' }] };
  const body = text.replace(/^\uFEFF/, '');
  const root = readXml(body, METADATA_RULES);
  if (root.ok) return new MetadataReader(body).read(root.value);
  const message = `is not XML of the kind that is read here: ${root.refusal.log?.found}`;
  return { ok: false, problems: [{ line: lineAt(body, root.at), message }] };
}

/** The document as a sign-in needs it. Refuses with saml_metadata_invalid. */
export function metadataOutcome(reading: MetadataReading): Outcome<IdpMetadata> {
  if (reading.ok) return reading;
  const found = reading.problems.map(({ line, message }) => `line ${line} ${message}`).join('; ');
  return refuse('saml_metadata_invalid', { log: { found } });
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Collects what is wrong, so that all of it is told at once. */
class MetadataReader {
  private readonly text: string;
  private readonly problems: MetadataProblem[] = [];
  private readonly ends: MetadataEnd[] = [];
  private readonly leftOut: MetadataProblem[] = [];

  constructor(text: string) {
    this.text = text;
  }

  read(root: XmlElement): MetadataReading {
    const role = is(root, 'EntityDescriptor', METADATA) ? this.roleOf(root) : this.notAnEntity(root);
    if (role === null) return { ok: false, problems: this.problems };
    const keys = this.keysOf(role);
    const value = {
      entityId: this.name(root, 'entityID'),
      keys,
      singleSignOn: role.children
        .filter((child) => is(child, 'SingleSignOnService', METADATA))
        .map((service) => ({
          binding: this.name(service, 'Binding'),
          location: this.name(service, 'Location'),
        })),
      wantsSignedRequests: ['true', '1'].includes(attribute(role, 'WantAuthnRequestsSigned') ?? 'false'),
      validUntil: earliest([root, role].map((element) => this.validUntil(element))),
      cacheDuration: earliest([root, role].map((element) => this.cacheDuration(element))),
    };
    if (this.problems.length > 0) return { ok: false, problems: this.problems };
    return { ok: true, value, ends: this.ends.toSorted((a, b) => a.at - b.at), leftOut: this.leftOut };
  }

  private keysOf(role: XmlElement): readonly SigningKey[] {
    const { keys, problems, leftOut } = signingCertificates(role);
    for (const { element, message } of problems) this.problem(element, message);
    for (const { element, message } of leftOut) this.leftOut.push({ line: this.line(element), message });
    for (const { element, key } of keys) {
      this.ends.push({ part: 'certificate', at: key.notAfter, line: this.line(element) });
    }
    if (keys.length === 0 && problems.length === 0) {
      const weak = 'has no certificate for signing with an EC key or an RSA key of 2048 bits or more';
      this.problem(role, leftOut.length === 0 ? `has no X509Certificate for signing${insteadOf(role)}` : weak);
    }
    return keys.map(({ key }) => key);
  }

  private roleOf(root: XmlElement): XmlElement | null {
    const roles = root.children.filter((child) => is(child, 'IDPSSODescriptor', METADATA) && speaksSaml2(child));
    const [role, second] = roles;
    if (role !== undefined && second === undefined) return role;
    const isService = root.children.some((child) => is(child, 'SPSSODescriptor', METADATA));
    if (second !== undefined) this.problem(second, 'has several IdP roles for SAML 2.0');
    else if (isService) this.problem(root, "describes a service provider: take the identity provider's own metadata");
    else this.problem(root, 'has no IDPSSODescriptor for SAML 2.0');
    return null;
  }

  private notAnEntity(root: XmlElement): null {
    const isAggregate = is(root, 'EntitiesDescriptor', METADATA);
    const message = isAggregate
      ? 'is an EntitiesDescriptor: cut out the one EntityDescriptor of the identity provider'
      : 'is not an EntityDescriptor of SAML 2.0 metadata';
    this.problem(root, message);
    return null;
  }

  /** A name or address that must be there, at most 1024 characters (SAML core section 8.3.6). */
  private name(element: XmlElement, attributeName: string): string {
    const value = attribute(element, attributeName) ?? '';
    if (value === '') this.problem(element, `${element.local} has no ${attributeName}`);
    if (value.length > MAX_ENTITY_ID)
      this.problem(element, `${attributeName} has more than ${MAX_ENTITY_ID} characters`);
    if (/\p{Cc}/u.test(value)) this.problem(element, `${attributeName} has a control character`);
    // Compared as it stands: no Issuer would ever be it.
    if (value.trim() !== value) this.problem(element, `${attributeName} has blanks around it`);
    return value;
  }

  private validUntil(element: XmlElement): EpochSeconds | null {
    const written = attribute(element, 'validUntil');
    const at = written === null ? null : parseInstant(written);
    if (written !== null && at === null)
      this.problem(element, 'validUntil is not a UTC time, as 2027-01-15T12:00:00Z is');
    if (at !== null) this.ends.push({ part: 'document', at, line: this.line(element) });
    return at;
  }

  private cacheDuration(element: XmlElement): Seconds | null {
    const written = attribute(element, 'cacheDuration');
    const length = written === null ? null : parseXmlDuration(written);
    if (written !== null && length === null) this.problem(element, 'cacheDuration is not an xs:duration, as PT6H is');
    return length;
  }

  private problem(element: XmlElement, message: string): void {
    this.problems.push({ line: this.line(element), message });
  }

  private line = (element: XmlElement): number => lineAt(this.text, element.start);
}

/** What its KeyDescriptors have in place of a certificate for signing. */
function insteadOf(role: XmlElement): string {
  const descriptors = role.children.filter((child) => is(child, 'KeyDescriptor', METADATA));
  if (descriptors.length === 0) return ': it has no KeyDescriptor';
  const uses = descriptors.map((each) => attribute(each, 'use')).filter((use) => use !== null && use !== 'signing');
  if (uses.length === descriptors.length) return `: its KeyDescriptors are for the use ${uses.join(', ') || '""'}`;
  return ': a KeyDescriptor for signing has another kind of key, which is not taken';
}

const speaksSaml2 = (role: XmlElement): boolean =>
  (attribute(role, 'protocolSupportEnumeration') ?? '').split(/[ \t\r\n]+/).includes(SAMLP);

function earliest<T extends number>(values: readonly (T | null)[]): T | null {
  return values.reduce((least, value) => (least === null || (value !== null && value < least) ? value : least), null);
}
