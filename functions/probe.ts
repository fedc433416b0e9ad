import { probePorts } from '../lib/composition/probe.ts';
import { type ProbeCounts, type ProbePorts, probe } from '../lib/probe/probe.ts';

/** Of the function's 60 s; the rest is for the log. */
const BUDGET_MS = 50_000;

/**
 * Looks at every identity provider and tries the broker itself, at EventBridge's word. A fault ends it, and is an
 * alarm.
 */
export const probeHandler = (ports: ProbePorts) => async (): Promise<ProbeCounts> => {
  try {
    return await probe(ports, AbortSignal.timeout(BUDGET_MS));
  } catch (cause) {
    ports.log.error('probe_failed', {}, cause);
    throw cause;
  }
};

export const handler = probeHandler(probePorts());
