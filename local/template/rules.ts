import { Scalar, type YAMLMap } from 'yaml';
import { joinMaps, listOf, mapAt, type Shapes } from './nodes.ts';

function allowedValues(stack: YAMLMap, parameter: string): readonly number[] {
  const { AllowedValues: values } = mapAt(mapAt(stack, 'Parameters'), parameter).toJSON() as Record<string, unknown>;
  if (!Array.isArray(values)) throw new Error(`template: ${parameter} has no AllowedValues`);
  return values.map(Number);
}

/** One rule for each value of WarmCredentials: MintConcurrency is none, or at least as much. */
export function warmRules(shapes: Shapes, stack: YAMLMap): YAMLMap {
  const ceilings = allowedValues(stack, 'MintConcurrency');
  const rule = (warm: number): YAMLMap => {
    const enough = listOf(ceilings.filter((one) => one === 0 || one >= warm).map((one) => new Scalar(String(one))));
    enough.flow = true;
    return shapes.map('warm-rule', { warm: String(warm), ceilings: enough });
  };
  return joinMaps(
    allowedValues(stack, 'WarmCredentials')
      .filter((warm) => warm > 0)
      .map(rule),
  );
}
