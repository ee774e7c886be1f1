// How pictures look: fonts, sizes, and colours that the colour-blind can tell apart.

import { fontFamily } from './libraries.js';

/** Colours of series: Okabe and Ito (2008), "Color Universal Design". */
export const seriesColors = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#D55E00', '#56B4E9', '#000000'];
/** Names of Vega's schemes: one for amounts, one for what is below and above zero. */
export const schemes = { sequential: 'viridis', diverging: 'blueorange' } as const;
export type Scheme = keyof typeof schemes;

export const ink = '#222222';
export const faint = '#666666';
const rule = '#bbbbbb';

/** For Vega and Vega-Lite. */
export const config = {
  background: '#ffffff',
  font: fontFamily,
  padding: 14,
  title: {
    anchor: 'start',
    frame: 'group',
    font: fontFamily,
    fontSize: 15,
    fontWeight: 'bold',
    color: ink,
    subtitleFont: fontFamily,
    subtitleFontSize: 11,
    subtitleColor: faint,
    subtitlePadding: 5,
    offset: 12,
  },
  axis: {
    labelFont: fontFamily,
    titleFont: fontFamily,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    labelColor: ink,
    titleColor: ink,
    gridColor: '#e8e8e8',
    domainColor: rule,
    tickColor: rule,
  },
  legend: {
    labelFont: fontFamily,
    titleFont: fontFamily,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    labelColor: ink,
    titleColor: ink,
    symbolStrokeWidth: 2.5,
    labelLimit: 220,
  },
  view: { stroke: null },
  range: { category: seriesColors },
};
