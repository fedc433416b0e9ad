export const PLACEHOLDER = { accessKeyId: 'PLACEHOLDER000000000', secretAccessKey: 'p'.repeat(40) };
export const SESSION = {
  ...{ accessKeyId: 'ASIABENCHBENCHBENCH0', secretAccessKey: 'b'.repeat(40), sessionToken: 't'.repeat(900) },
};

/** What the client of a run is told. */
export interface ClientInput {
  readonly endpoint: string;
  readonly warm: number;
  readonly requests: number;
}
