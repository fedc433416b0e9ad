/** `npm run directions`: writes `lint/directions.json`, which `biome.json` extends, from `lint/directions.yaml`. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeDirections } from './directions.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
writeFileSync(join(root, 'lint', 'directions.json'), composeDirections(root));
