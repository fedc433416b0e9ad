/**
 * A secret as it is meant: a file that is stored as it is (`--secret-string file://`) ends with the end of its line,
 * and what reads it in a shell drops that.
 */
export const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');
