import { useRef, useState } from 'preact/hooks';
import { type Brush, barAt, brushByKey, highOf, lowOf, rangeOfBars } from '../brush.ts';
import { navigate } from '../navigation.ts';
import { OUTCOMES } from '../record.ts';
import { type Bucket, recordsOf, type Stats, sayCounts, sayNumber, sumOf } from '../stats.ts';
import { sayDuration, sayInstant, sayTime } from '../times.ts';
import type { ListView } from '../view.ts';

const HEIGHT = 100;

interface TimelineProps {
  readonly stats: Stats;
  readonly view: ListView;
}

/** Records over time by outcome; whoever marks a part of it goes there, by pointer or by keys. */
export function Timeline({ stats, view }: TimelineProps) {
  const { buckets, step } = stats;
  const [brush, setBrush] = useState<Brush | null>(null);
  const most = Math.max(1, ...buckets.map(recordsOf));
  const start = Date.parse(buckets[0]?.time ?? stats.from);
  const go = (marked: Brush): void => {
    setBrush(null);
    navigate({ ...view, range: rangeOfBars(marked, start, step * 1000), live: false }, 'push');
  };
  return (
    <figure class="timeline">
      <figcaption>
        <span class="total">{sayCounts(stats.total)}</span>{' '}
        <span class="quiet">
          a bar is {sayDuration(step)}, the highest {sayNumber(most)}
        </span>
        <span class="marked">{brush === null ? '' : sayBars(brush, buckets, step)}</span>
      </figcaption>
      <Plot buckets={buckets} most={most} brush={brush} setBrush={setBrush} step={step} go={go} />
      <Axis stats={stats} />
      {stats.partial ? (
        <p class="notice">
          So many records were counted that it was stopped: what is before {sayInstant(stats.countedFrom)} is not in it.
          A shorter range or a filter counts all.
        </p>
      ) : null}
    </figure>
  );
}

interface PlotProps {
  readonly buckets: readonly Bucket[];
  readonly most: number;
  readonly step: number;
  readonly brush: Brush | null;
  readonly setBrush: (brush: Brush | null) => void;
  readonly go: (brush: Brush) => void;
}

function Plot({ buckets, most, step, brush, setBrush, go }: PlotProps) {
  const dragging = useRef(false);
  const count = buckets.length;
  const marked = brush ?? { anchor: count - 1, head: count - 1 };
  const barOf = (event: PointerEvent): number => {
    const place = event.currentTarget;
    if (!(place instanceof Element)) return 0;
    const { left, width } = place.getBoundingClientRect();
    return barAt((event.clientX - left) / width, count);
  };
  return (
    <div
      class="plot"
      role="slider"
      tabIndex={0}
      aria-label="Timeline. Arrows move, with Shift they mark, Enter shows what is marked, Escape marks nothing."
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={marked.head}
      aria-valuetext={sayBars(marked, buckets, step)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') return go(marked);
        if (event.key === 'Escape') return setBrush(null);
        const next = brushByKey(marked, event.key, event.shiftKey, count);
        if (next === null) return;
        event.preventDefault();
        setBrush(next);
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = barOf(event);
        setBrush({ anchor: at, head: at });
      }}
      onPointerMove={(event) => {
        if (dragging.current) setBrush({ ...marked, head: barOf(event) });
      }}
      onPointerUp={(event) => {
        if (!dragging.current) return;
        dragging.current = false;
        go({ ...marked, head: barOf(event) });
      }}
      onPointerCancel={() => {
        dragging.current = false;
        setBrush(null);
      }}
    >
      <Bars buckets={buckets} most={most} brush={brush} />
    </div>
  );
}

/** One unit wide each; the picture is stretched to its place. */
const Bars = ({ buckets, most, brush }: Pick<PlotProps, 'buckets' | 'most' | 'brush'>) => (
  <svg viewBox={`0 0 ${buckets.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
    <title>Records over time</title>
    {brush === null ? null : (
      <rect class="brush" x={lowOf(brush)} y={0} width={highOf(brush) - lowOf(brush) + 1} height={HEIGHT} />
    )}
    {buckets.map((bucket, at) => {
      let below = 0;
      return OUTCOMES.map((outcome) => {
        const height = ((bucket[outcome] ?? 0) / most) * HEIGHT;
        below += height;
        return height === 0 ? null : (
          <rect key={outcome} class={`bar ${outcome}`} x={at + 0.08} y={HEIGHT - below} width={0.84} height={height} />
        );
      });
    })}
  </svg>
);

/** What is marked, in words. */
function sayBars(brush: Brush, buckets: readonly Bucket[], step: number): string {
  const [first, last] = [buckets[lowOf(brush)], buckets[highOf(brush)]];
  if (first === undefined || last === undefined) return '';
  const among = buckets.slice(lowOf(brush), highOf(brush) + 1);
  const counts = sumOf(among);
  const end = sayTime(Date.parse(last.time) + step * 1000);
  const begin = sayTime(first.time);
  return `${begin?.day} ${begin?.clock} to ${end?.day === begin?.day ? '' : `${end?.day} `}${end?.clock} UTC: ${sayCounts(counts)}`;
}

const TICKS = [0, 1 / 4, 1 / 2, 3 / 4, 1] as const;

function Axis({ stats: { buckets, step, from } }: { readonly stats: Stats }) {
  const start = Date.parse(buckets[0]?.time ?? from);
  const length = buckets.length * step * 1000;
  return (
    <div class="axis" aria-hidden="true">
      {TICKS.map((part) => {
        const said = sayTime(start + part * length);
        return (
          <span key={part}>
            {length > 2 * 86_400_000 ? said?.day.slice(5) : said?.clock.slice(0, step < 60 ? 8 : 5)}
          </span>
        );
      })}
    </div>
  );
}
