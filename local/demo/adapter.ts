type Payload = Record<string, unknown>;

/** What all models share, by `model:id`: gone when the process ends, as everything of the local stack. */
const kept = new Map<string, Payload>();

/**
 * Storage of the demonstration identity provider, by oidc-provider's adapter interface. Nothing expires: the process is
 * short-lived.
 */
export class Adapter {
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }

  #first(matches: (payload: Payload) => boolean): Payload | undefined {
    return [...kept].find(([key, payload]) => key.startsWith(this.#key('')) && matches(payload))?.[1];
  }

  async upsert(id: string, payload: Payload): Promise<void> {
    kept.set(this.#key(id), payload);
  }

  async find(id: string): Promise<Payload | undefined> {
    return kept.get(this.#key(id));
  }

  async findByUid(uid: string): Promise<Payload | undefined> {
    return this.#first((payload) => payload['uid'] === uid);
  }

  async findByUserCode(userCode: string): Promise<Payload | undefined> {
    return this.#first((payload) => payload['userCode'] === userCode);
  }

  async consume(id: string): Promise<void> {
    const payload = kept.get(this.#key(id));
    if (payload !== undefined) payload['consumed'] = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    kept.delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, payload] of kept) if (payload['grantId'] === grantId) kept.delete(key);
  }
}
