import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../modules/root.ts';

/** Lines of JSON under .cache: an interrupted run goes on where it ended. A later line of a key wins. */
export class Store<Entry> {
  readonly #path: string;
  readonly #entries = new Map<string, { readonly hash: string; readonly entry: Entry }>();

  constructor(name: string) {
    const folder = join(ROOT, '.cache', 'mutation');
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, `${name}.jsonl`);
    if (!existsSync(this.#path)) return;
    for (const line of readFileSync(this.#path, 'utf8').split('\n')) this.#read(line);
  }

  get(key: string): { readonly hash: string; readonly entry: Entry } | undefined {
    return this.#entries.get(key);
  }

  /** `hash`: of what the entry depends on. */
  put(key: string, hash: string, entry: Entry): void {
    this.#entries.set(key, { hash, entry });
    appendFileSync(this.#path, `${JSON.stringify({ key, hash, entry })}\n`);
  }

  /** The last line of a run that was killed may be half. */
  #read(line: string): void {
    try {
      const { key, hash, entry } = JSON.parse(line);
      this.#entries.set(key, { hash, entry });
    } catch {
      return;
    }
  }
}
