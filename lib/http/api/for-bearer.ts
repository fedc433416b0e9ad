import type { PresentedBearer } from '../../admit-bearer.ts';
import type { JsonObject } from '../../json.ts';
import { accept, type Outcome } from '../../outcome.ts';
import { type HttpAnswer, secretJson } from '../http-answer.ts';
import type { Route, RouteRequest } from '../route.ts';
import { readBearer } from './bearer-token.ts';

/** Whom a route lets in, by the broker token that came. */
export type Admit<T> = (bearer: PresentedBearer, request: RouteRequest, signal: AbortSignal) => Promise<Outcome<T>>;

/** Of a request whose bearer was admitted, and of nobody else's: nothing but the header is read before. */
export type Answering<T, A> = (request: RouteRequest, signal: AbortSignal, admitted: T) => Promise<Outcome<A>>;

/** What a route of the broker's own API does: it admits the bearer, then answers. */
export const forBearer =
  <T>(admit: Admit<T>, answering: Answering<T, HttpAnswer>): Route['handle'] =>
  async (request, { signal }) => {
    const bearer = readBearer(request);
    if (!bearer.ok) return bearer;
    const admitted = await admit(bearer.value, request, signal);
    if (!admitted.ok) return admitted;
    const answered = await answering(request, signal, admitted.value);
    return answered.ok ? accept({ answer: answered.value }) : answered;
  };

/** `forBearer` of what is said in JSON, and kept by no cache. */
export const showBearer = <T>(admit: Admit<T>, reading: Answering<T, JsonObject>): Route['handle'] =>
  forBearer(admit, async (request, signal, admitted) => {
    const found = await reading(request, signal, admitted);
    return found.ok ? accept(secretJson(200, request.id, found.value)) : found;
  });
