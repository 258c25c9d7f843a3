import ProgressBar from 'progress';

const SECOND = 1000;
const INTERVAL = 100;

function asRate(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e9).toFixed(2)} GB/s`;
}

function asTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** What shows how far things are, until it is ended. */
export interface Progress {
  end(): void;
}

const silence: Progress = { end() {} };

/**
 * A bar with rate and remaining time on stderr, if that is a terminal and `isQuiet` does not refuse it:
 * it asks every now and then how many of `total` bytes are `done`.
 */
export function showProgress(total: number, isQuiet: boolean, done: () => number): Progress {
  if (isQuiet || !process.stderr.isTTY || total === 0) return silence;
  const bar = new ProgressBar('[:bar] :percent  :speed  :remaining left', {
    total,
    width: 40,
    renderThrottle: 0,
    clear: true,
  });
  const start = performance.now();
  const draw = () => {
    const bytes = done();
    const rate = bytes / ((performance.now() - start) / SECOND);
    const remaining = bytes > 0 ? asTime((total - bytes) / rate) : '-';
    bar.tick(bytes - bar.curr, { speed: asRate(rate), remaining });
  };
  const timer = setInterval(draw, INTERVAL);
  return {
    end() {
      clearInterval(timer);
      draw();
      if (!bar.complete) bar.terminate();
    },
  };
}
