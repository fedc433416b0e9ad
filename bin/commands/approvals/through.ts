import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { plainText } from '../issuances/text.ts';

/** Everybody who acts in a request, the nearest first; a broker of before tells the nearest alone. */
export function actorsOf({ actors, actor = null }: JsonObject): readonly string[] {
  const all = Array.isArray(actors) ? actors : [actor];
  return all.filter((each) => isJsonObject(each)).map(({ principal }) => plainText(String(principal)));
}
