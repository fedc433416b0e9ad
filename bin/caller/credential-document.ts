/** The credential document of contract section 3. Secret. */
export interface CredentialDocument {
  readonly Version: 1;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** RFC 3339. */
  readonly Expiration: string;
  readonly [member: string]: unknown;
}

export function isCredentialDocument(value: unknown): value is CredentialDocument {
  const document = Object(value);
  const texts = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'];
  return texts.every((name) => typeof document[name] === 'string') && !Number.isNaN(Date.parse(document.Expiration));
}
