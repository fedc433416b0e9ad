import type { Arguments, Command, OptionSpec } from './command.ts';

/** `--issuer <url>`, `--json`: what can be read without the framework. */
const SPEC = /^--([a-z][a-z-]*)( <[^>]+>)?$/;

/**
 * What a line of options alone says, as command-line.ts reads it; null: it has operands, asks for help, or may be a
 * mistake, and that one has to read it. `credentials` is started by each program that an AWS SDK runs in: loading the
 * framework would be most of its time.
 */
export function plainArguments(
  { arguments: operands, options = [] }: Command,
  args: readonly string[],
): Arguments | null {
  if (operands !== undefined) return null;
  const specs = new Map(options.map((spec) => [SPEC.exec(spec.flags)?.[1] ?? '', spec]));
  const found = new Map<string, string[]>();
  for (let at = 0; at < args.length; at += 1) {
    const [, name = '', joined] = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(args[at] ?? '') ?? [];
    const spec = specs.get(name);
    if (spec === undefined) return null;
    const values = found.get(name) ?? [];
    found.set(name, values);
    if (SPEC.exec(spec.flags)?.[2] === undefined) {
      if (joined !== undefined) return null;
      continue;
    }
    const value = joined ?? args[++at];
    if (value === undefined || !isPlainValue(value, joined, spec)) return null;
    values.push(value);
  }
  return {
    positionals: [],
    value: (name) => found.get(name)?.at(-1),
    values: (name) =>
      specs.get(name)?.repeatable === true ? (found.get(name) ?? []) : (found.get(name) ?? []).slice(-1),
    has: (flag) => found.has(flag) && SPEC.exec(specs.get(flag)?.flags ?? '')?.[2] === undefined,
  };
}

/** One that looks like an option may be a forgotten value. */
const isPlainValue = (value: string, joined: string | undefined, { choices }: OptionSpec): boolean =>
  (joined !== undefined || !value.startsWith('-')) && (choices === undefined || choices.includes(value));
