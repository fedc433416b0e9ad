import type { Outcome, Refusal } from '../outcome.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { HttpRequest } from './http-request.ts';
import type { Parameters } from './parameters.ts';
import type { PathPattern } from './path-pattern.ts';

/** A request that a route answers: its path is the route's, and its query is readable and without secrets. */
export interface RouteRequest extends HttpRequest {
  /** Of the path, by name; never empty. */
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly query: Parameters;
}

/** An answer with what the log and the metrics say of it. */
export interface RouteAnswer {
  readonly answer: HttpAnswer;
  readonly issuance?: string;
  readonly grant?: string;
}

/** Says a refusal in the words of one protocol: the only place that knows its wire form there. */
export type RefusalRenderer = (
  refusal: Refusal,
  requestId: string,
  headers?: Readonly<Record<string, string>>,
) => HttpAnswer;

export interface Handling {
  /** Aborts when the route must have answered. */
  readonly signal: AbortSignal;
  /**
   * From here on, whatever is refused in this request, a fault too, is said so: for routes that learn on the way how
   * their caller is to be answered (the code of a grant type, a redirect URI once it is trusted).
   */
  readonly refuseAs: (renderer: RefusalRenderer) => void;
}

export interface Route {
  /** For log and metrics: a short constant, never a path. */
  readonly name: string;
  readonly paths: readonly PathPattern[];
  readonly methods: readonly string[];
  /** Milliseconds from the event's arrival to the answer. */
  readonly budgetMs: number;
  /** It is a redirect URI of the broker as a client: a code may stand in its query (RFC 6749 section 4.1.2). */
  readonly receives?: 'code';
  /** Until `handle` says otherwise. */
  readonly refuse: RefusalRenderer;
  handle(request: RouteRequest, handling: Handling): Promise<Outcome<RouteAnswer>>;
}
