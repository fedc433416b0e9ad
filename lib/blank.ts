/** Blanks of every width, what has no width, and the two fillers that fonts leave empty. */
const UNSEEN = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}\u2800\u3164]*$/u;

/** Whether nobody who reads the text sees anything: it is no reason for anything, however long it is. */
export const isBlank = (text: string): boolean => UNSEEN.test(text);
