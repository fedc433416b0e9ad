/**
 * Nanoseconds since the epoch, at the precision of microseconds: the host's clock as the watch begins, and what has
 * passed since by one that nobody sets. A watch is one request's: a process that AWS Lambda had stopped in between has
 * a clock that knows of it, and not always a counter that does.
 */
export function startStopwatch(): () => bigint {
  const [began, counter] = [BigInt(Date.now()) * 1_000_000n, process.hrtime.bigint()];
  return () => began + ((process.hrtime.bigint() - counter) / 1_000n) * 1_000n;
}
