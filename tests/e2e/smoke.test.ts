import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { driveBroker } from '../../deploy/drive.ts';
import { type Broker, startBroker } from './broker.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.stop());

async function drive(given: { scope?: string; url?: string }) {
  const lines: string[] = [];
  const token = await broker.idp.token('web-main');
  const { scope = 'demo', url = broker.url } = given;
  const well = await driveBroker({ url, scope, token }, (line) => lines.push(line));
  for (const secret of [token, token.split('.')[2] ?? token]) expect(lines.join('\n')).not.toContain(secret);
  return { well, wrong: lines.filter((line) => line.startsWith('✗')), lines };
}

describe('npm run smoke', () => {
  it('finds a broker in order by one grant and one refusal at each door', async () => {
    const { well, wrong, lines } = await drive({});
    expect(wrong).toEqual([]);
    expect(well).toBe(true);
    expect(lines.filter((line) => line.includes('GRANT'))).toHaveLength(3);
    expect(lines.filter((line) => line.includes('REFUSAL'))).toHaveLength(2);
  });

  it('says what came where the scope is not granted, by its reason and no more', async () => {
    const { well, wrong } = await drive({ scope: 'demo-denied' });
    expect(well).toBe(false);
    expect(wrong).toHaveLength(3);
    expect(wrong[0]).toMatch(/^✗ GRANT: .*: 403 [a-z_]+ \S+$/);
  });

  it('says that nobody answers', async () => {
    const { well, wrong } = await drive({ url: 'http://127.0.0.1:9' });
    expect(well).toBe(false);
    expect(wrong.every((line) => line.includes('no answer'))).toBe(true);
  });
});
