import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Module, SourceTextModule, SyntheticModule } from 'node:vm';
import { ROOT } from './root.ts';
import { type Source, sourceOf } from './source.ts';

/** What runs in place of a file's own code; most often that code itself. */
export type Transform = (source: Source) => string;

/** What packages export does not change between graphs: each is imported once a process. */
const packages = new Map<string, Promise<object>>();

/**
 * One evaluation of the project's own modules, apart from every other: what a module keeps is gone with its graph. Jest
 * does the same for each file, at a hundred times the cost.
 */
export class ModuleGraph {
  readonly #modules = new Map<string, Module>();
  readonly #ready = new Map<string, Promise<Module>>();
  readonly #transform: Transform;
  readonly #globals: object;

  /** `globals` stand in for `@jest/globals`. */
  constructor(transform: Transform, globals: object = {}) {
    this.#transform = transform;
    this.#globals = globals;
  }

  /** Paths (from the root) of the project's modules that were loaded. */
  get paths(): readonly string[] {
    return [...this.#modules.keys()].filter((key) => !key.startsWith('package:'));
  }

  /** Links and evaluates the module at `path` (from the root) with all that it imports. */
  load(path: string): Promise<Module> {
    const known = this.#ready.get(path);
    if (known !== undefined) return known;
    const ready = this.#evaluate(this.#source(path));
    this.#ready.set(path, ready);
    return ready;
  }

  async #evaluate(module: Module): Promise<Module> {
    if (module.status === 'unlinked') await module.link((specifier, from) => this.#import(specifier, from.identifier));
    await module.evaluate();
    return module;
  }

  async #import(specifier: string, from: string): Promise<Module> {
    if (!specifier.startsWith('.')) return this.#package(specifier);
    return this.#source(posix.join(posix.dirname(from.slice(identifierOf('').length)), specifier));
  }

  #source(path: string): Module {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const identifier = identifierOf(path);
    if (path.endsWith('.json')) return this.#json(path, identifier);
    const module = new SourceTextModule(this.#transform(sourceOf(path)), {
      identifier,
      initializeImportMeta: (meta) => {
        meta.url = identifier;
        meta.filename = join(ROOT, path);
        meta.dirname = join(ROOT, posix.dirname(path));
      },
      importModuleDynamically: async (specifier: string) => {
        const imported = await this.#import(specifier, identifier);
        return imported.status === 'unlinked' ? this.#evaluate(imported) : imported;
      },
    });
    this.#modules.set(path, module);
    return module;
  }

  /** What JSON modules export (ECMAScript, import attributes). */
  #json(path: string, identifier: string): Module {
    const value: unknown = JSON.parse(sourceOf(path).text);
    const module = new SyntheticModule(['default'], () => module.setExport('default', value), { identifier });
    this.#modules.set(path, module);
    return module;
  }

  async #package(specifier: string): Promise<Module> {
    const key = `package:${specifier}`;
    const exported = specifier === '@jest/globals' ? this.#globals : await imported(specifier);
    const known = this.#modules.get(key);
    if (known !== undefined) return known;
    const module = new SyntheticModule(
      Object.keys(exported),
      () => {
        for (const [name, value] of Object.entries(exported)) module.setExport(name, value);
      },
      { identifier: key },
    );
    this.#modules.set(key, module);
    return module;
  }
}

const identifierOf = (path: string): string => pathToFileURL(`${ROOT}/`).href + path;

export const pathOfIdentifier = (identifier: string): string | null =>
  identifier.startsWith(identifierOf('')) ? identifier.slice(identifierOf('').length) : null;

function imported(specifier: string): Promise<object> {
  const known = packages.get(specifier);
  if (known !== undefined) return known;
  const loading: Promise<object> = import(specifier);
  packages.set(specifier, loading);
  return loading;
}
