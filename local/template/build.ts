/** `npm run template`: writes `template.yaml` from `template/` and `functions/*.yaml`. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeTemplate } from './compose.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
writeFileSync(join(root, 'template.yaml'), composeTemplate(root));
