/** Two policies, or parts of them, whose intersection no single policy says. Caught at the room's door: `narrow.ts`. */
export class Inexpressible extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Inexpressible';
  }
}

/** How much an intersection may look at, so that nobody's policy costs more than its length lets one expect. */
export class Effort {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** Throws `Inexpressible` where nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new Inexpressible('the policies are too intricate to be compared');
  }
}
