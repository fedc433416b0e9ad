import { expect, it } from '@jest/globals';
import { sessionDuration } from '../../lib/credential/session-duration.ts';
import { refuse } from '../../lib/outcome.ts';
import { seconds } from '../../lib/time.ts';
import { NOW } from '../fakes/world.ts';

it('a duration out of range is told beside its range', () => {
  const grant = { duration: seconds(3600), maxDuration: seconds(7200) };
  const detail = 'The duration must be 900 to 7200 seconds; it is 7201.';
  const asked = sessionDuration(grant, { requestedDuration: seconds(7201), now: NOW, endsBy: null });
  expect(asked).toEqual(refuse('duration_out_of_range', { detail }));
});
