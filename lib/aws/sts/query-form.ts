/** A parameter as the AWS SDKs' types have it. */
type Parameter = string | number | boolean | undefined | null | object;

/**
 * A request of the AWS Query protocol (Smithy, "AWS query protocol") as a form: members of structures are joined by a
 * dot, those of lists are numbered from 1 behind `.member.`. What is undefined is left out.
 */
export function queryForm(parameters: Readonly<Record<string, Parameter>>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) add(form, name, value);
  return form.toString();
}

function add(form: URLSearchParams, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (const [at, member] of value.entries()) add(form, `${name}.member.${at + 1}`, member);
  } else if (typeof value === 'object') {
    for (const [member, inner] of Object.entries(value)) add(form, `${name}.${member}`, inner);
  } else form.append(name, String(value));
}
