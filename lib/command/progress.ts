import ProgressBar from 'progress';

const SECOND = 1000;

function asRate(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e9).toFixed(2)} GB/s`;
}

function asTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** How far `total` bytes are read. */
export interface Progress {
  add(bytes: number): void;
  end(): void;
}

const silence: Progress = { add() {}, end() {} };

/** A bar with rate and remaining time on stderr, if that is a terminal and `isQuiet` does not refuse it. */
export function showProgress(total: number, isQuiet: boolean): Progress {
  if (isQuiet || !process.stderr.isTTY || total === 0) return silence;
  const bar = new ProgressBar('[:bar] :percent  :speed  :remaining left', {
    total,
    width: 40,
    renderThrottle: 100,
    clear: true,
  });
  const start = performance.now();
  return {
    add(bytes) {
      const done = bar.curr + bytes;
      const rate = done / ((performance.now() - start) / SECOND);
      bar.tick(bytes, { speed: asRate(rate), remaining: asTime((total - done) / rate) });
    },
    end() {
      if (!bar.complete) bar.terminate();
    },
  };
}
