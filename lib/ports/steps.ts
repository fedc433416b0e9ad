/** How long each step of a request takes, where somebody traces it. Types only. */

/** Runs `run`, whatever it does, and says under that name how long it took and whether it was refused or failed. */
export type Step = <T>(name: string, run: () => Promise<T>) => Promise<T>;
