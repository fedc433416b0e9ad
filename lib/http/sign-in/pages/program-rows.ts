/** Which program asks, and what for, as a page says it to the person. */

/** The name that a file registers, or the host of the document that speaks for the program. */
export const programOf = (client: string): string => (URL.canParse(client) ? new URL(client).host : client);

/** What a document calls its program is not shown: anybody who serves one may call it anything. */
export const programRows = (client: string): readonly (readonly [string, string])[] =>
  programOf(client) === client
    ? [['Program', client]]
    : [
        ['Program of', programOf(client)],
        ['Its document', client],
      ];

/** What it says that this is for: anybody may say anything, so it stands as a quotation. */
export const targetRows = (targets: readonly string[]): readonly (readonly [string, string])[] =>
  targets.length === 0 ? [] : [['For', targets.map((target) => `“${target}”`).join(', ')]];
