/** A policy, a request or a part of either that IAM's grammar does not have. Its message names the place. */
export class Malformed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Malformed';
  }
}
