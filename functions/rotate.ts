import { rotatePorts } from '../lib/composition/rotate.ts';
import { type Rotated, type RotatingSecret, type RotationEvent, rotate } from '../lib/keys/rotation.ts';
import { Fault } from '../lib/outcome.ts';
import type { Log } from '../lib/ports/log.ts';

export interface RotationPorts {
  readonly secret: RotatingSecret;
  /** How a secret of this ARN or name is rotated; null: this function has no business with it. */
  rotated(secretId: string): Rotated | null;
  readonly log: Log;
}

/** Rotates the rings of keys and, where an operator opted in, client secrets, at Secrets Manager's word. */
export const rotateHandler =
  (ports: RotationPorts) =>
  async (event: RotationEvent): Promise<void> => {
    const rotated = ports.rotated(event.SecretId);
    if (rotated === null) throw new Fault('secrets', 'a secret that this function does not rotate');
    try {
      await rotate(event, ports.secret, rotated);
      ports.log.info('rotated', { stage: event.Step });
    } catch (cause) {
      ports.log.error('rotation_failed', { stage: event.Step }, cause);
      throw cause;
    }
  };

export const handler = rotateHandler(rotatePorts());
