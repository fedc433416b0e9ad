import { type Environment, SettingsError } from './settings.ts';

/** How one witness differs from another. */
export interface WitnessSettings {
  /** Of its key, such as `witness.example.com`. */
  readonly name: string;
  /** Verifier keys of the logs that it cosigns (C2SP signed-note). */
  readonly logKeys: readonly string[];
  /** Name of the Secrets Manager secret that its key is made of. */
  readonly keySecret: string;
  /** Name of its table. */
  readonly table: string;
  readonly region: string;
}

/** Reads the settings of a witness. Throws `SettingsError`, which names what is missing. */
export function readWitnessSettings(environment: Environment = process.env): WitnessSettings {
  const names = ['WITNESS_NAME', 'LOG_KEYS', 'KEY_SECRET', 'WITNESS_TABLE', 'AWS_REGION'] as const;
  const missing = names.filter((name) => (environment[name] ?? '') === '');
  if (missing.length > 0) throw new SettingsError(missing.map((name) => `${name} is missing`));
  const read = (name: (typeof names)[number]): string => environment[name] ?? '';
  return {
    name: read('WITNESS_NAME'),
    logKeys: read('LOG_KEYS').split(','),
    keySecret: read('KEY_SECRET'),
    table: read('WITNESS_TABLE'),
    region: read('AWS_REGION'),
  };
}
