import type { EvaluationSummary } from '../evaluation/types.js';
import { aboutSection, nameOfFiles, type ReportAbout } from './about-section.js';
import { lossSection, rankSection, reliabilitySection } from './chart-sections.js';
import { ReportCollector } from './collector.js';
import { Html, html } from './html.js';
import { confusionSections, worstSection } from './row-sections.js';
import { style } from './style.js';
import { summarySection } from './summary-section.js';

export { type ReportAbout, ReportCollector };

function sectionsOf(
  { losses, ranks, confusions, worst }: ReportCollector,
  summary: EvaluationSummary,
) {
  if (ranks.rows === 0) return html`<p>No row counts, so there is nothing to draw.</p>`;
  return html`<div class="charts">
${reliabilitySection(summary.calibration)}${lossSection(losses, summary.loss)}${rankSection(ranks)}${confusionSections(confusions)}${worstSection(worst.rows)}</div>`;
}

/** An evaluation as one HTML file, which asks for nothing else and runs no script. */
export async function renderReport(
  collector: ReportCollector,
  summary: EvaluationSummary,
  about: ReportAbout,
): Promise<string> {
  const title = `Evaluation of ${nameOfFiles(about.logits)}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<h1>${title}</h1>
${aboutSection(about)}${summarySection(summary)}${sectionsOf(collector, summary)}
</body>
</html>
`;
  return page.markup;
}
