import { createRequire } from 'node:module';
import { packageNotFound } from '../arguments/errors.js';
import { Html, html } from './html.js';

/** What is used of ECharts. Its own types need a browser's. */
interface ECharts {
  init(
    element: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): {
    setOption(option: object): void;
    renderToSVGString(): string;
    dispose(): void;
  };
}

/** A picture for ECharts to draw. */
export interface Chart {
  /** In pixels of a narrow screen; a wide one shows it larger. */
  readonly width: number;
  readonly height: number;
  /** What the picture shows, for those who cannot see it. */
  readonly label: string;
  readonly option: object;
}

/** ECharts, which users of reports install: the package does not bring its tens of megabytes. */
export function loadECharts(): ECharts {
  try {
    return createRequire(__filename)('echarts');
  } catch (cause) {
    throw packageNotFound('echarts', 'reports', cause);
  }
}

/**
 * What a page without scripts has no use for: the root's size, and what would answer a pointer, by names that
 * count the charts of the process.
 */
const superfluous = [
  /^<svg[^>]*>\s*/,
  /\s*<\/svg>\s*$/,
  /<style[\s\S]*?<\/style>\s*/g,
  / (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g,
];

/** A chart as SVG that fits the width it is given. */
export function draw({ width, height, label, option }: Chart): Html {
  const size = { width, height };
  const chart = loadECharts().init(null, null, { renderer: 'svg', ssr: true, ...size });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const content = new Html(superfluous.reduce((rest, pattern) => rest.replace(pattern, ''), svg));
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${content}</svg>`;
}
