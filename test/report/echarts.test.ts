import { expect, it, vi } from 'vitest';
import { loadECharts } from '../../lib/report/charts.js';

vi.mock('node:module', () => ({
  createRequire: () => () => {
    throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
  },
}));

it('a missing ECharts is told in one sentence', () => {
  expect(loadECharts).toThrow(
    expect.objectContaining({
      code: 'ERR_PACKAGE_NOT_FOUND',
      message: 'Expected the package echarts to be installed for reports: npm install echarts',
    }),
  );
});
