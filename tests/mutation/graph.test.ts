import { expect, it } from '@jest/globals';
import { ModuleGraph } from '../modules/graph.ts';
import { closureOf } from './imports.ts';

it('a module that imports JSON loads as it does in Node, and rests on that file too', async () => {
  const graph = new ModuleGraph(({ code }) => code);
  expect((await graph.load('lib/cloudtrail/actions.ts')).status).toBe('evaluated');
  expect(graph.paths).toContain('lib/aws-services.json');
  expect(closureOf('lib/cloudtrail/actions.ts')).toContain('lib/aws-services.json');
});
