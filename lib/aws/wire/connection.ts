import { isIP, connect as openPlain, type Socket } from 'node:net';
import { connect as openSecure } from 'node:tls';
import { systemClock } from '../../host/clock.ts';
import { AnswerReader, type ReadAnswer, UnreadableAnswer } from './answer-reader.ts';
import { NoAnswer } from './aws-error.ts';

/** Who is dialled. */
export interface Peer {
  readonly isSecure: boolean;
  /** A name or an address, without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** The last TLS session, to go on with: a new connection costs no whole handshake then. */
  session: Buffer | undefined;
}

/** Longest wait for a new connection, and then for the whole answer. */
const CONNECT_MS = 500;
const ANSWER_MS = 1_000;
/**
 * A connection that was idle for longer is doubted: the process may have been frozen, a NAT gateway may have forgotten
 * it. So long it may keep silent then, before a new one is asked instead. Most answers take a tenth of it.
 */
export const DOUBTED_AFTER_MS = 3_000;
const DOUBTED_ANSWER_MS = 250;
/** AWS closes what is idle for a minute or so: older ones are not tried at all. */
export const MOST_IDLE_MS = 50_000;

/** A kept connection that brought nothing: closed at the other end, or silent for longer than it is trusted with. */
export class DeadConnection extends NoAnswer {}

/** A request under way. */
interface Exchange {
  readonly reader: AnswerReader;
  readonly resolve: (answer: ReadAnswer) => void;
  readonly reject: (error: NoAnswer) => void;
  /** Ends what else waits for the answer. */
  readonly forget: () => void;
}

/** A connection, from its being dialled to its end. It carries one request at a time. */
export class Connection {
  readonly #socket: Socket;
  readonly #onEnd: (connection: Connection) => void;
  #isConnected = false;
  /** What waits for the connection. */
  #unsent: string | null = null;
  #hasEnded = false;
  #exchange: Exchange | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** By the wall clock: a monotonic one may stand still in a frozen process. 0: it brought no answer yet. */
  #lastAnswer = 0;

  /** Dials. `onEnd` is called once, when the connection can carry nothing more. */
  constructor(peer: Peer, onEnd: (connection: Connection) => void) {
    this.#onEnd = onEnd;
    this.#socket = dial(peer);
    // With TLS once the other end has shown who it is: nothing is sent before.
    this.#socket.once(peer.isSecure ? 'secureConnect' : 'connect', () => this.#connected());
    this.#socket.on('data', (octets: Buffer) => this.#read(octets));
    this.#socket.on('end', () => this.end('the connection ended'));
    this.#socket.on('error', (cause) => this.end(cause));
    this.#socket.on('close', () => this.end('the connection ended'));
  }

  /** False: it can carry nothing more. */
  get isOpen(): boolean {
    return !this.#hasEnded;
  }

  /** Milliseconds since it last brought an answer. A clock that went back says nothing of it: then it counts as old. */
  get idleMs(): number {
    const idle = systemClock.now() - this.#lastAnswer;
    return idle < 0 ? MOST_IDLE_MS : idle;
  }

  /** Sends a request and waits for its answer. Rejects with `NoAnswer`, also where the signal is aborted meanwhile. */
  ask(request: string, signal: AbortSignal): Promise<ReadAnswer> {
    return new Promise((resolve, reject) => {
      const abort = (): void => this.end('the caller waits no longer');
      signal.addEventListener('abort', abort);
      const forget = (): void => signal.removeEventListener('abort', abort);
      this.#exchange = { reader: new AnswerReader(), resolve, reject, forget };
      this.#socket.ref();
      if (this.#isConnected) this.#send(request);
      else this.#sendOnceConnected(request);
    });
  }

  /** Ends it, and with it the request that it carries. */
  end(cause: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#unsent = null;
    this.#socket.destroy();
    const exchange = this.#taken();
    this.#onEnd(this);
    if (exchange === null) return;
    const isDead = this.#lastAnswer > 0 && !exchange.reader.hasBegun;
    if (cause instanceof NoAnswer) exchange.reject(cause);
    else exchange.reject(isDead ? new DeadConnection(cause) : new NoAnswer(cause));
  }

  #sendOnceConnected(request: string): void {
    this.#unsent = request;
    this.#waitAtMost(CONNECT_MS, () => this.end(new NoAnswer('no connection in time')));
  }

  #connected(): void {
    this.#isConnected = true;
    if (this.#unsent !== null) this.#send(this.#unsent);
    this.#unsent = null;
  }

  #send(request: string): void {
    if (this.#lastAnswer > 0 && this.idleMs > DOUBTED_AFTER_MS) {
      this.#waitAtMost(DOUBTED_ANSWER_MS, () => this.end('a connection that was idle is silent'));
    } else this.#waitForAnswer();
    this.#socket.write(request);
  }

  #waitForAnswer(): void {
    this.#waitAtMost(ANSWER_MS, () => this.end(new NoAnswer('no answer in time')));
  }

  #read(octets: Buffer): void {
    const { reader } = this.#exchange ?? {};
    // Whose answer comes next on a connection that talks unasked, nobody could say.
    if (reader === undefined) this.end('it brings what nobody asked for');
    else this.#readAnswer(reader, octets);
  }

  #readAnswer(reader: AnswerReader, octets: Buffer): void {
    const hadBegun = reader.hasBegun;
    try {
      const answer = reader.push(octets);
      if (answer !== null) this.#settle(answer);
      else if (!hadBegun && reader.hasBegun) this.#waitForAnswer();
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      this.end(new NoAnswer(error));
    }
  }

  #settle(answer: ReadAnswer): void {
    const exchange = this.#taken();
    this.#lastAnswer = systemClock.now();
    if (answer.isLast) this.end('nothing comes after its last answer');
    else this.#socket.unref();
    exchange?.resolve(answer);
  }

  #taken(): Exchange | null {
    const exchange = this.#exchange;
    this.#exchange = null;
    clearTimeout(this.#timer);
    exchange?.forget();
    return exchange;
  }

  #waitAtMost(milliseconds: number, late: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(late, milliseconds);
  }
}

/** As Node.js's own agents do it. */
function dial(peer: Peer): Socket {
  const { host, port } = peer;
  const options = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 1_000 };
  if (!peer.isSecure) return openPlain(options);
  const socket = openSecure({
    ...options,
    // A name only (RFC 6066 section 3); an address is compared with the certificate all the same.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ['http/1.1'],
    ...(peer.session === undefined ? {} : { session: peer.session }),
  });
  let session: Buffer | undefined;
  const keep = (): void => {
    if (socket.authorized && session !== undefined) peer.session = session;
  };
  // Before the other end has shown who it is (TLS 1.2), or after (1.3).
  socket.on('session', (given: Buffer) => {
    session = given;
    keep();
  });
  socket.once('secureConnect', keep);
  // It may have been the session: the next connection begins anew.
  socket.once('error', () => {
    peer.session = undefined;
  });
  return socket;
}
