import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const SERVER = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'node_modules',
  'yaml-language-server',
  'bin',
  'yaml-language-server',
);

interface Position {
  readonly line: number;
  readonly character: number;
}

interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: Position };
}

/** A YAML language server as an editor starts it, with the schemas of this repository (LSP 3.17 over stdio). */
export class LanguageServer {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private readonly diagnosed = new Map<string, (found: readonly Diagnostic[]) => void>();
  private received = Buffer.alloc(0);
  private last = 0;

  constructor(schemas: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout?.on('data', (chunk: Buffer) => this.receive(chunk));
    this.settings = {
      yaml: { schemas, validate: true, hover: true, completion: true, schemaStore: { enable: false } },
    };
  }

  private readonly settings: object;

  async start(): Promise<void> {
    const capabilities = { textDocument: { completion: { completionItem: { documentationFormat: ['markdown'] } } } };
    await this.ask('initialize', { processId: process.pid, rootUri: null, capabilities });
    this.tell('initialized', {});
    this.tell('workspace/didChangeConfiguration', { settings: this.settings });
  }

  stop(): void {
    this.child.kill();
  }

  /** What the server says of a text that an editor opens. */
  open(uri: string, text: string): Promise<readonly Diagnostic[]> {
    const diagnosed = new Promise<readonly Diagnostic[]>((resolve) => this.diagnosed.set(uri, resolve));
    this.tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return diagnosed;
  }

  hover = (uri: string, position: Position): Promise<unknown> =>
    this.ask('textDocument/hover', { textDocument: { uri }, position });

  complete = (uri: string, position: Position): Promise<unknown> =>
    this.ask('textDocument/completion', { textDocument: { uri }, position });

  private ask(method: string, params: object): Promise<unknown> {
    this.last += 1;
    const id = this.last;
    this.send({ id, method, params });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  private tell(method: string, params: object): void {
    this.send({ method, params });
  }

  private send(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.child.stdin?.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.child.stdin?.write(body);
  }

  private receive(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    for (;;) {
      const end = this.received.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(this.received.toString('latin1', 0, Math.max(end, 0)))?.[1]);
      if (end === -1 || this.received.length < end + 4 + length) return;
      const message = JSON.parse(this.received.toString('utf8', end + 4, end + 4 + length));
      this.received = this.received.subarray(end + 4 + length);
      this.handle(message);
    }
  }

  private handle({ id, method, params, result }: { id?: number; method?: string; params?: unknown; result?: unknown }) {
    if (method === undefined && id !== undefined) this.waiting.get(id)?.(result);
    else if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly Diagnostic[] };
      this.diagnosed.get(uri)?.(diagnostics);
    } else if (id !== undefined) {
      const items = (params as { items?: readonly unknown[] } | undefined)?.items ?? [];
      // The server asks for its settings section by section; other requests of it need no answer's content.
      const yaml = (this.settings as { yaml: object }).yaml;
      this.send({
        id,
        result: method === 'workspace/configuration' ? items.map((_, at) => (at === 0 ? yaml : null)) : null,
      });
    }
  }
}
