import { describe, expect, it } from '@jest/globals';
import { readTraceParent } from '../../lib/tracing/traceparent.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const VALID = `00-${TRACE}-${SPAN}-01`;

describe('traceparent (W3C Trace Context)', () => {
  it('names the trace, its span and whether it is recorded', () => {
    expect(readTraceParent(VALID)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled: true });
    expect(readTraceParent(`00-${TRACE}-${SPAN}-00`)?.isSampled).toBe(false);
    expect(readTraceParent(`00-${TRACE}-${SPAN}-02`)?.isSampled).toBe(false);
    expect(readTraceParent(`00-${TRACE}-${SPAN}-03`)?.isSampled).toBe(true);
  });

  it('of a later version is read as far as it is known', () => {
    expect(readTraceParent(`cc-${TRACE}-${SPAN}-01-what-the-future-holds`)?.traceId).toBe(TRACE);
    expect(readTraceParent(`cc-${TRACE}-${SPAN}-01`)?.traceId).toBe(TRACE);
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['more behind version 00', `${VALID}-more`],
    ['a later version that does not go on with a hyphen', `cc-${TRACE}-${SPAN}-01.more`],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['upper case', VALID.toUpperCase()],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a character that is no hex', `00-${TRACE.slice(1)}g-${SPAN}-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['two, as API Gateway joins them', `${VALID},${VALID}`],
    ['a space before', ` ${VALID}`],
    ['an end of line behind', `${VALID}\n`],
    ['a huge one', `cc-${TRACE}-${SPAN}-01-${'x'.repeat(9_000)}`],
  ])('is ignored where it is %s', (_, header) => {
    expect(readTraceParent(header)).toBeNull();
  });
});
